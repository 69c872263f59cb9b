import Core
import JSON

/// Icons as lists and servers carry them: pictures only from `https:` and `data:image/` URIs, since a client fetches what stands there
/// (2026-07-28 basic/index, icons).
enum Icons {
    /// Writes the array with the icons that may stay.
    static func write(_ icons: JSONNode, into out: inout ByteBuffer) {
        out.append(UInt8(ascii: "["))
        var isFirst = true
        icons.forEachElement { icon in
            guard icon["src"]?.withString({ isAllowed($0) }) ?? false else { return }
            if !isFirst { out.append(UInt8(ascii: ",")) }
            isFirst = false
            icon.write(into: &out)
        }
        out.append(UInt8(ascii: "]"))
    }

    private static func isAllowed(_ source: Span<UInt8>) -> Bool {
        starts(source, "https://") || starts(source, "data:image/")
    }

    private static func starts(_ text: Span<UInt8>, _ lead: StaticString) -> Bool {
        text.count >= lead.utf8CodeUnitCount && ASCII.equalsIgnoringCase(text.extracting(0..<lead.utf8CodeUnitCount), lead)
    }
}
