import Core

/// A hashed timing wheel (Varghese and Lauck, 1987, scheme 6): scheduling and cancelling cost the same with ten timers or with 100,000.
///
/// Deadlines are kept to the tick of 4 ms and never fire early. A deadline further away than one turn stays in its slot and is looked at
/// once a turn.
struct TimerWheel {
    static let slotCount = 1_024
    static let tickNanoseconds: UInt64 = 4_000_000

    private var slots = [Timer?](repeating: nil, count: slotCount)
    private var occupied = [UInt64](repeating: 0, count: slotCount / 64)
    private var tick: UInt64
    private(set) var count = 0

    init(now: Instant) { tick = now.nanoseconds / Self.tickNanoseconds }

    mutating func schedule(_ timer: Timer, at deadline: Instant) {
        cancel(timer)
        guard deadline != .never else { return }
        timer.deadline = deadline
        // Rounded up: the slot is visited when its tick has passed, so no timer fires before its time.
        let due = max(deadline.nanoseconds / Self.tickNanoseconds + 1, tick + 1)
        link(timer, Int(due % UInt64(Self.slotCount)))
    }

    mutating func cancel(_ timer: Timer) {
        guard timer.slot >= 0 else { return }
        let slot = timer.slot
        if let before = timer.previous { before.next = timer.next } else { slots[slot] = timer.next }
        timer.next?.previous = timer.previous
        timer.previous = nil
        timer.next = nil
        timer.slot = -1
        count -= 1
        if slots[slot] == nil { occupied[slot / 64] &= ~(1 << UInt64(slot % 64)) }
    }

    /// Takes out the timers that are due at `now`, in the order of their ticks.
    mutating func takeDue(_ now: Instant, into due: inout [Timer]) {
        let target = now.nanoseconds / Self.tickNanoseconds
        guard target > tick else { return }
        let turns = min(target - tick, UInt64(Self.slotCount))
        if count > 0 {
            for step in 1...turns {
                let slot = Int((tick + step) % UInt64(Self.slotCount))
                if occupied[slot / 64] & (1 << UInt64(slot % 64)) == 0 { continue }
                var at = slots[slot]
                while let timer = at {
                    at = timer.next
                    if timer.deadline <= now {
                        cancel(timer)
                        due.append(timer)
                    }
                }
            }
        }
        tick = target
    }

    /// Nanoseconds until the next slot that holds a timer must be looked at, or nil when no timer waits.
    func nanosecondsToNext(_ now: Instant) -> UInt64? {
        guard count > 0 else { return nil }
        let start = Int((tick + 1) % UInt64(Self.slotCount))
        let words = Self.slotCount / 64
        for step in 0...words {
            let word = (start / 64 + step) % words
            var bits = occupied[word]
            if step == 0 { bits &= ~0 << UInt64(start % 64) }
            if bits == 0 { continue }
            let slot = word * 64 + bits.trailingZeroBitCount
            let ahead = UInt64((slot - start + Self.slotCount) % Self.slotCount) + 1
            return Instant(nanoseconds: (tick + ahead) * Self.tickNanoseconds).nanoseconds(since: now)
        }
        return nil
    }

    private mutating func link(_ timer: Timer, _ slot: Int) {
        timer.slot = slot
        timer.next = slots[slot]
        slots[slot]?.previous = timer
        slots[slot] = timer
        occupied[slot / 64] |= 1 << UInt64(slot % 64)
        count += 1
    }
}
