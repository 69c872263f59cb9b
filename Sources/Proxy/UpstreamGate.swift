import Core
import Reactor

/// The calls that may be at one upstream at the same time, over all loops of the process, shared out fairly among those who call.
///
/// Who finds no place waits. The next place goes to the caller with the fewest calls under way, among those to the one served longest ago,
/// and within one caller first come, first served. So one caller's flood waits for itself. When the upstream says that it is throttled, it
/// gets half of what it had for as long as it says.
final class UpstreamGate: Sendable {
    /// What waiting came to.
    enum Outcome: Sendable {
        /// There is a place; `leave` gives it back.
        case admitted
        /// No place in time.
        case late
        /// The client left.
        case gone
    }

    /// Entering, at once or not.
    enum Entry {
        case admitted
        case waits(Ticket)
        case full
    }

    /// One that waits. Settled once: by a place, by its deadline or by its client.
    final class Ticket: Sendable {
        private enum State {
            case new
            case waiting(UnsafeContinuation<Outcome, Never>)
            case settled(Outcome)
            case over
        }

        let principal: [UInt8]
        private let state = Lock(State.new)

        init(_ principal: [UInt8]) { self.principal = principal }

        /// Waits until it is settled. A task is resumed on its own loop, whoever settles.
        func wait() async -> Outcome {
            await withUnsafeContinuation { continuation in
                let settled: Outcome? = state.withLock { state in
                    if case .settled(let outcome) = state {
                        state = .over
                        return outcome
                    }
                    state = .waiting(continuation)
                    return nil
                }
                if let settled { continuation.resume(returning: settled) }
            }
        }

        fileprivate func settle(_ outcome: Outcome) {
            let waiting: UnsafeContinuation<Outcome, Never>? = state.withLock { state in
                switch state {
                case .new:
                    state = .settled(outcome)
                    return nil
                case .waiting(let continuation):
                    state = .over
                    return continuation
                case .settled, .over: return nil
                }
            }
            waiting?.resume(returning: outcome)
        }
    }

    private struct Caller {
        var underWay = 0
        var waiting: [Ticket] = []
        /// The number of the last place it got.
        var served: UInt64 = 0
    }

    private struct State {
        var cap: Int
        /// The cap now.
        var allowed: Int
        var throttledUntil = Instant(nanoseconds: 0)
        var underWay = 0
        var waiting = 0
        var served: UInt64 = 0
        var callers: [[UInt8]: Caller] = [:]
    }

    private let state: Lock<State>

    init(cap: Int) { state = Lock(State(cap: cap, allowed: cap)) }

    /// Moves the cap, after a reload.
    func setCap(_ cap: Int) {
        let admitted = state.withLock { state in
            state.cap = cap
            state.allowed = cap
            return Self.admit(&state)
        }
        for ticket in admitted { ticket.settle(.admitted) }
    }

    /// Asks for a place.
    func enter(_ principal: [UInt8], now: Instant) -> Entry {
        state.withLock { state in
            Self.recover(&state, now)
            if state.underWay < state.allowed, state.waiting == 0 {
                Self.place(principal, &state)
                return .admitted
            }
            guard state.waiting < Limits.upstreamWaitersMax,
                state.callers[principal]?.waiting.count ?? 0 < Limits.upstreamWaitersOfOneMax
            else { return .full }
            let ticket = Ticket(principal)
            state.callers[principal, default: Caller()].waiting.append(ticket)
            state.waiting += 1
            return .waits(ticket)
        }
    }

    /// Ends the wait of a ticket. When its place came in the same moment, it has it.
    func abandon(_ ticket: Ticket, _ outcome: Outcome) {
        let found = state.withLock { state in
            guard var caller = state.callers[ticket.principal], let at = caller.waiting.firstIndex(where: { $0 === ticket }) else {
                return false
            }
            caller.waiting.remove(at: at)
            state.waiting -= 1
            state.callers[ticket.principal] = caller.underWay == 0 && caller.waiting.isEmpty ? nil : caller
            return true
        }
        if found { ticket.settle(outcome) }
    }

    /// Gives a place back, and to whoever is next.
    func leave(_ principal: [UInt8], now: Instant) {
        let admitted = state.withLock { state in
            state.underWay -= 1
            if var caller = state.callers[principal] {
                caller.underWay -= 1
                state.callers[principal] = caller.underWay == 0 && caller.waiting.isEmpty ? nil : caller
            }
            Self.recover(&state, now)
            return Self.admit(&state)
        }
        for ticket in admitted { ticket.settle(.admitted) }
    }

    /// The upstream asked for fewer calls for a time.
    func throttled(for span: Duration, now: Instant) {
        state.withLock { state in
            state.allowed = max(1, min(state.allowed, state.underWay) / 2)
            state.throttledUntil = max(state.throttledUntil, now + span)
        }
    }

    /// Calls under way, calls that wait, and the cap in force.
    var usage: (underWay: Int, waiting: Int, allowed: Int) { state.withLock { ($0.underWay, $0.waiting, $0.allowed) } }

    // MARK: Pieces

    private static func recover(_ state: inout State, _ now: Instant) {
        if state.allowed < state.cap, now >= state.throttledUntil { state.allowed = state.cap }
    }

    private static func place(_ principal: [UInt8], _ state: inout State) {
        state.underWay += 1
        state.served += 1
        var caller = state.callers[principal] ?? Caller()
        caller.underWay += 1
        caller.served = state.served
        state.callers[principal] = caller
    }

    private static func admit(_ state: inout State) -> [Ticket] {
        var admitted: [Ticket] = []
        while state.waiting > 0, state.underWay < state.allowed {
            let next = state.callers.filter { !$0.value.waiting.isEmpty }.min { one, other in
                (one.value.underWay, one.value.served) < (other.value.underWay, other.value.served)
            }
            guard let next, let ticket = state.callers[next.key]?.waiting.removeFirst() else { break }
            state.waiting -= 1
            place(next.key, &state)
            admitted.append(ticket)
        }
        return admitted
    }
}
