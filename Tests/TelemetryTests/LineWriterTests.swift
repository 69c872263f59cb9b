import Core
import Glibc
import Testing

@testable import Telemetry

@Suite struct LineWriterTests {
    @Test func keepsTheOrderOfLinesAndWritesAllBeforeItEnds() throws {
        let file = TemporaryFile()
        let writer = try LineWriter.start(.file(file.path))
        for number in 0..<5_000 { writer.append(Array("line \(number)\n".utf8).span, isUrgent: number % 100 == 0) }
        writer.finish()
        #expect(file.lines() == (0..<5_000).map { "line \($0)" })
    }

    @Test func countsWhatDoesNotFitAndWhatComesTooLate() throws {
        let registry = Registry()
        let file = TemporaryFile()
        let writer = try LineWriter.start(.file(file.path), registry: registry, counter: .accessLinesDropped)
        let large = [UInt8](repeating: 0x0A, count: Limits.lineQueueBytesMax + 1)
        writer.append(large.span)
        #expect(registry.value(.counter(.accessLinesDropped)) == large.count)
        writer.finish()
        writer.append(Array("late\n".utf8).span)
        #expect(registry.value(.counter(.accessLinesDropped)) == large.count + 1)
        #expect(file.lines() == [])
    }

    @Test func aFullDiskLosesLinesAndCountsThem() throws {
        let registry = Registry()
        let writer = try LineWriter.start(.file("/dev/full"), registry: registry)
        writer.append(Array("a\nb\n".utf8).span)
        writer.finish()
        #expect(registry.value(.counter(.logLinesDropped)) == 2)
    }

    @Test func aPathThatCannotBeOpenedIsAFailureAtStart() {
        #expect {
            _ = try LineWriter.start(.file("/nonexistent/louver.log"))
        } throws: { error in
            (error as? Failure)?.detail == "cannot open the log /nonexistent/louver.log: No such file or directory"
        }
    }

    @Test func opensItsFileAgainAfterARotation() throws {
        let file = TemporaryFile()
        let rotated = TemporaryFile()
        let writer = try LineWriter.start(.file(file.path))
        writer.append(Array("old\n".utf8).span, isUrgent: true)
        for _ in 0..<2_000 where file.lines().isEmpty { usleep(1_000) }
        #expect(rename(file.path, rotated.path) == 0)
        writer.reopen()
        for _ in 0..<2_000 where access(file.path, F_OK) != 0 { usleep(1_000) }
        writer.append(Array("new\n".utf8).span)
        writer.finish()
        #expect(rotated.lines() == ["old"])
        #expect(file.lines() == ["new"])
    }
}
