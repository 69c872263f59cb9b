import Core
import Telemetry

extension Exchange {
    /// Refuses a call before anything is spent on it, while the process takes more memory than it may.
    func requireMemory() throws {
        if worker.pressure.isOn { throw overload("memory") }
    }

    /// Refuses one stream more than there may be.
    func requireRoomForStream() throws {
        if worker.shard.value(.openStreams) >= site.streamsMax { throw overload("streams") }
    }

    /// Takes room for bytes that will be held, until the exchange ends.
    func hold(_ bytes: Int) throws {
        if worker.shard.value(.inFlightBytes) + bytes > site.inFlightBytesMax { throw overload("bytes_in_flight") }
        worker.shard.adjust(.inFlightBytes, by: bytes)
        heldBytes += bytes
    }

    /// Gives the room back.
    func releaseHeld() {
        if heldBytes > 0 { worker.shard.adjust(.inFlightBytes, by: -heldBytes) }
        heldBytes = 0
    }

    private func overload(_ bound: StaticString) -> Refusal {
        worker.shard.add(.boundHits, bound)
        return .busy(bound)
    }
}
