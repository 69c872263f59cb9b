/// The buckets of one call, in the order of their shards: locks are always taken in that order.
///
/// They lie on the stack of `with`; a value of this type must not outlive its closure.
struct Probes {
    private let items: UnsafeMutableBufferPointer<Probe>
    private(set) var count = 0

    private init(_ items: UnsafeMutableBufferPointer<Probe>) { self.items = items }

    /// Runs `body` with an empty list that has room for `capacity` buckets: few are asked for, since only a few fit on the stack itself.
    /// Inlined, because a closure that is called holds copies of what it uses.
    @inline(__always)
    static func with<R>(capacity: Int, _ body: (inout Probes) -> R) -> R {
        withUnsafeTemporaryAllocation(of: Probe.self, capacity: capacity) { items in
            var probes = Probes(items)
            return body(&probes)
        }
    }

    subscript(index: Int) -> Probe {
        _read {
            precondition(index >= 0 && index < count)
            yield items[index]
        }
        nonmutating _modify {
            precondition(index >= 0 && index < count)
            yield &items[index]
        }
    }

    /// Adds a probe behind those of lower or equal shards.
    mutating func insert(_ probe: Probe) {
        precondition(count < items.count, "more buckets than there was room for")
        var at = count
        while at > 0, items[at - 1].shard > probe.shard {
            items[at] = items[at - 1]
            at -= 1
        }
        items[at] = probe
        count += 1
    }

    /// Whether every bucket that is not a shadow holds enough.
    var admits: Bool {
        for index in 0..<count where !items[index].holdsEnough && !items[index].isShadow { return false }
        return true
    }

    /// Writes down what an admitted call has to settle in the end. A shadow that held nothing gave nothing.
    func note(_ rules: [BucketRule], in hold: inout LimitHold) {
        for index in 0..<count {
            let probe = items[index]
            guard rules[probe.rule].isSettledLater, probe.holdsEnough || probe.cost == 0 else { continue }
            hold.mask |= 1 << UInt64(probe.rule)
            if probe.isShared { hold.shared |= 1 << UInt64(probe.rule) }
        }
    }

    /// Puts together what the caller is told.
    var verdict: LimitVerdict {
        let admitted = admits
        var chosen = -1
        var shadowDenials: UInt64 = 0
        for index in 0..<count {
            if items[index].isShadow {
                if !items[index].holdsEnough { shadowDenials |= 1 << UInt64(items[index].rule & 63) }
            } else if chosen < 0 || isNearer(index, than: chosen, admitted: admitted) {
                chosen = index
            }
        }
        if chosen < 0 {
            guard shadowDenials != 0 else { return .admitted(nil) }
            return .admitted(LimitStanding(rule: -1, limit: 0, remaining: 0, fullAfter: .zero, shadowDenials: shadowDenials))
        }
        var standing = items[chosen].standing(debited: admitted)
        standing.shadowDenials = shadowDenials
        return admitted ? .admitted(standing) : .denied(standing)
    }

    /// Whether one bucket has fewer whole tokens left than another; for a refused call, whether it has to be waited for longer.
    private func isNearer(_ index: Int, than other: Int, admitted: Bool) -> Bool {
        let (a, b) = (items[index], items[other])
        if admitted { return (a.level - a.cost) / a.arithmetic.unitsPerToken < (b.level - b.cost) / b.arithmetic.unitsPerToken }
        return a.arithmetic.timeToReach(a.need, from: a.level, at: a.now) > b.arithmetic.timeToReach(b.need, from: b.level, at: b.now)
    }
}
