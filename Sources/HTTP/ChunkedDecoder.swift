import Core

/// The chunked coding (RFC 9112 section 7.1), a byte at a time but for chunk content. Extensions and trailers are checked and dropped.
struct ChunkedDecoder {
    private enum Place {
        case firstDigit, size, extensions, sizeLF
        case content, contentCR, contentLF
        case trailerStart, trailerName, trailerValue, trailerLF, endLF
        case complete
    }

    private var place = Place.firstDigit
    /// The size of the chunk, then what is left of it.
    private var remaining = 0
    private var lineCount = 0
    private var extensionTotal = 0
    private var trailerTotal = 0
    private var trailerLines = 0

    /// Whether the last chunk and the trailers have been read.
    var isComplete: Bool { place == .complete }

    /// Appends content to `out`, at most `atMost` bytes, and answers how many bytes of the input that took.
    mutating func decode(_ bytes: UnsafeRawBufferPointer, into out: inout ByteBuffer, atMost: Int) throws(HTTPFailure) -> Int {
        var at = 0
        var room = atMost
        while at < bytes.count, place != .complete {
            if place == .content {
                let count = min(remaining, room, bytes.count - at)
                if count == 0 { break }
                out.append(UnsafeRawBufferPointer(rebasing: bytes[at..<at + count]))
                at += count
                room -= count
                remaining -= count
                if remaining == 0 { place = .contentCR }
                continue
            }
            switch place {
            case .trailerStart, .trailerName, .trailerValue, .trailerLF, .endLF: try trailer(bytes[at])
            default: try line(bytes[at])
            }
            at += 1
        }
        return at
    }

    /// One byte of a chunk-size line or of the CRLF behind the content.
    private mutating func line(_ byte: UInt8) throws(HTTPFailure) {
        switch place {
        case .firstDigit, .size:
            try sizeByte(byte)
        case .extensions:
            if byte == UInt8(ascii: "\r") {
                place = .sizeLF
                return
            }
            // A lone LF here ends the line for some parsers and not for others: RFC 9112 section 7.1.1.
            guard byte >= 0x20 || byte == UInt8(ascii: "\t"), byte != 0x7F else {
                throw byte == UInt8(ascii: "\n") ? .bareLF : .badChunkSize
            }
            lineCount += 1
            extensionTotal += 1
            if lineCount > Limits.chunkLineBytesMax || extensionTotal > Limits.chunkExtensionBytesMax { throw .chunkExtensionTooLong }
        case .sizeLF:
            guard byte == UInt8(ascii: "\n") else { throw .badChunkSize }
            place = remaining == 0 ? .trailerStart : .content
            lineCount = 0
        case .contentCR:
            guard byte == UInt8(ascii: "\r") else { throw .badChunkEnd }
            place = .contentLF
        default:
            guard byte == UInt8(ascii: "\n") else { throw .badChunkEnd }
            place = .firstDigit
        }
    }

    private mutating func sizeByte(_ byte: UInt8) throws(HTTPFailure) {
        if let digit = HexDigit.value(byte) {
            if place == .firstDigit { remaining = 0 }
            place = .size
            lineCount += 1
            // 16 digits, of which leading zeros are no harm, and never over 2^60.
            if lineCount > 16 || remaining >> 56 != 0 { throw .badChunkSize }
            remaining = remaining << 4 | Int(digit)
            return
        }
        guard place == .size else { throw byte == UInt8(ascii: "\n") ? .bareLF : .badChunkSize }
        switch byte {
        case UInt8(ascii: "\r"): place = .sizeLF
        case UInt8(ascii: ";"): place = .extensions
        case UInt8(ascii: "\n"): throw .bareLF
        default: throw .badChunkSize
        }
    }

    /// One byte of the trailer section. Its fields are checked like those of a head and none is kept, so none can pass for a header.
    private mutating func trailer(_ byte: UInt8) throws(HTTPFailure) {
        trailerTotal += 1
        if trailerTotal > Limits.trailerBytesMax { throw .trailerTooLarge }
        switch place {
        case .trailerStart:
            if byte == UInt8(ascii: "\r") {
                place = .endLF
                return
            }
            guard ASCII.isToken(byte) else { throw byte == UInt8(ascii: "\n") ? .bareLF : .badTrailer }
            trailerLines += 1
            if trailerLines > Limits.headFieldsMax { throw .trailerTooLarge }
            place = .trailerName
        case .trailerName:
            if byte == UInt8(ascii: ":") {
                place = .trailerValue
            } else if !ASCII.isToken(byte) {
                throw .badTrailer
            }
        case .trailerValue:
            if byte == UInt8(ascii: "\r") {
                place = .trailerLF
            } else if (byte < 0x20 && byte != UInt8(ascii: "\t")) || byte == 0x7F {
                throw byte == UInt8(ascii: "\n") ? .bareLF : .badTrailer
            }
        case .trailerLF:
            guard byte == UInt8(ascii: "\n") else { throw .badTrailer }
            place = .trailerStart
        default:
            guard byte == UInt8(ascii: "\n") else { throw .badTrailer }
            place = .complete
        }
    }
}
