import Core
import TestSupport
import Testing

/// A buffer against an array, under random use.
@Suite struct ByteBufferTests {
    @Test(arguments: 0..<20 as Range<UInt64>) func aBufferHoldsWhatAnArrayWould(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var one = ByteBuffer()
        var other = ByteBuffer(capacity: 8)
        var (model, otherModel): ([UInt8], [UInt8]) = ([], [])
        for _ in 0..<500 {
            switch Int.random(in: 0..<7, using: &random) {
            case 0, 1:
                let bytes = (0..<Int.random(in: 0..<900, using: &random)).map { UInt8(truncatingIfNeeded: $0) }
                one.append(bytes)
                model += bytes
            case 2:
                let count = Int.random(in: 0...model.count, using: &random)
                one.consume(count)
                model.removeFirst(count)
            case 3:
                let count = Int.random(in: 0...model.count, using: &random)
                one.truncate(by: count)
                model.removeLast(count)
            case 4:
                one.take(&other)
                model += otherModel
                otherModel = []
            case 5:
                swap(&one, &other)
                swap(&model, &otherModel)
            default:
                one.shrink(keep: 16)
            }
            #expect(one.copy() == model && other.copy() == otherModel, "seed \(seed)")
        }
    }

    @Test func whatIsTakenIntoAnEmptyBufferIsNotCopied() {
        var empty = ByteBuffer()
        var full = ByteBuffer()
        full.append([UInt8](repeating: 7, count: 100_000))
        let place = full.withReadable { $0.baseAddress }
        empty.take(&full)
        #expect(empty.withReadable { $0.baseAddress } == place && full.isEmpty && empty.readableCount == 100_000)
    }
}
