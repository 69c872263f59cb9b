import YAML

extension OptionsReader {
    static func tracing(_ reader: NodeReader) -> TracingOptions? {
        let endpoint = reader.url("endpoint", example: "http://127.0.0.1:4318/v1/traces")
        let tls = reader.mapping("tls", clientTLS)
        if let endpoint, !endpoint.isSecure, tls != nil {
            reader.fault("tls", "`tracing.tls` is written, but the endpoint is plain http", remedy: "write an https URL, or remove `tls`")
        }
        let percent = reader.int("sample_percent", in: 0...100, default: 10)
        return endpoint.map { TracingOptions(endpoint: $0, samplePercent: percent, tls: tls ?? ClientTLSOptions()) }
    }
}
