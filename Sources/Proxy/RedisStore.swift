import Audit
import Configuration
import Core
import RateLimit
import Reactor
import Redis
import Telemetry

/// The shared store as one loop sees it: one server, the primary that Sentinel names, or a cluster.
final class RedisStore {
    /// Its life over reloads, in this order; a step may be left out.
    private enum Phase {
        /// The store of the configuration before serves, until it is known whether this one can be reached.
        case waiting
        /// It is the one that is asked, and counts for `/readyz`: as reached or not, as was told last.
        case serving(isUp: Bool)
        /// Another one is asked, or none; it stays open until nobody can wait for a reply any longer.
        case leaving
        case closed
    }

    /// What it reaches.
    let target: RedisTarget
    private let loop: EventLoop
    private let log: Log
    private let audit: AuditLog?
    private let health: StoreHealth
    /// A cluster's nodes by address; otherwise the one link.
    private var links: [RedisAddress: RedisLink] = [:]
    private var only: RedisLink?
    /// Which node a slot of the cluster is on; empty until the cluster has said so.
    private var slots: [RedisAddress?] = []
    private let slotsKnown: WaitingRoom
    private var isRefreshing = false
    private var refreshedAt = Instant(nanoseconds: 0)
    private var phase = Phase.waiting
    /// The store of the configuration before, until it is closed.
    private var outgoing: RedisStore?

    /// - Parameters:
    ///   - audit: is told when the store is lost and found; nil where there is no audit log.
    ///   - outgoing: the store that it takes the place of, once it is up; nil for none.
    init(_ target: RedisTarget, loop: EventLoop, log: Log, audit: AuditLog?, health: StoreHealth, after outgoing: RedisStore?) {
        self.target = target
        self.loop = loop
        self.log = log
        self.audit = audit
        self.health = health
        self.outgoing = outgoing
        slotsKnown = WaitingRoom(loop: loop, capacity: Limits.redisPipelineMax)
        if outgoing == nil { serve() }
        if isCluster { refresh() } else { only = makeLink { try await target.primary(on: loop) } }
    }

    /// Whether buckets lie on several servers, so that one command reaches those of one slot only.
    var isCluster: Bool { target.topology == .cluster }

    /// The store to ask now: this one, or the one before as long as nobody knows whether this one can be reached. A reload then refuses
    /// nobody for want of a connection.
    var inUse: RedisStore {
        guard case .waiting = phase, let before = outgoing?.inUse else { return self }
        return before.isUp ? before : self
    }

    /// Whether it serves, and was reached when that was told last.
    private var isUp: Bool {
        if case .serving(let isUp) = phase { return isUp }
        return false
    }

    private var isClosed: Bool {
        if case .closed = phase { return true }
        return false
    }

    /// Sends the command for the keys of a slot and waits for its reply, at most until `deadline`, redirections included.
    func execute(_ errand: RedisTrip, slot: Int, until deadline: Instant) async throws {
        if let only { return try await only.execute(errand, until: deadline) }
        if isClosed { throw Failure(.store, "store_closed") }
        if slots.isEmpty { _ = await slotsKnown.wait(until: deadline) }
        guard !slots.isEmpty, var address = slots[slot] else {
            refresh()
            throw Failure(.store, "store_down")
        }
        for _ in 0..<Limits.redisRedirectsMax {
            do { try await link(address).execute(errand, until: deadline) } catch {
                // Perhaps another node has taken over.
                refresh()
                throw error
            }
            guard let text = errand.redirection, let redirection = Redirection(text, from: address) else { return }
            switch redirection {
            case .moved(let to):
                slots[slot] = to
                address = to
                errand.isAsking = false
                refresh()
            case .ask(let to):
                address = to
                errand.isAsking = true
            case .tryAgain:
                guard loop.now < deadline else { return }
                await loop.sleep(.milliseconds(1))
            }
        }
        throw Failure(.store, "store_redirects")
    }

    /// Sends a command whose reply nobody waits for; false when there is no connection to take it.
    func post(_ command: borrowing ByteBuffer, slot: Int) -> Bool {
        if let only { return only.post(command) }
        guard !slots.isEmpty, let address = slots[slot] else { return false }
        return link(address).post(command)
    }

    /// Hands on what was gathered in this turn of the loop.
    func flush() {
        if let outgoing { if outgoing.isClosed { self.outgoing = nil } else { outgoing.flush() } }
        if let only { return only.flush() }
        for link in links.values { link.flush() }
    }

    /// The server of a slot answered, but cannot do its work.
    func trip(_ code: RedisErrorCode, slot: Int) {
        switch code {
        case .clusterDown, .crossSlot, .wrongType, .other, .noScript, .moved, .ask: if isCluster { refresh() }
        default: serving(slot)?.trip(code)
        }
    }

    /// The server of a slot did its work.
    func succeeded(slot: Int) { serving(slot)?.succeeded() }

    /// Closes every link once nobody waits for a reply any longer: whoever does has one, or has given up, in the time of a call.
    func closeSoon() {
        flush()
        leave()
        loop.schedule(Timer { [self] _ in close() }, at: loop.now + target.timeout)
    }

    private func close() {
        phase = .closed
        outgoing?.close()
        outgoing = nil
        only?.close()
        for link in links.values { link.close() }
        // A link asks its store where to connect to: without this the two would keep each other for ever.
        only = nil
        links.removeAll()
        slotsKnown.wakeAll()
    }

    /// It is the one that is asked from now on, and counts for `/readyz`.
    private func serve() {
        phase = .serving(isUp: false)
        health.joined()
    }

    /// Counts no longer: a store that is let go of is not lost.
    private func leave() {
        outgoing?.leave()
        if case .serving(let isUp) = phase { health.left(wasUp: isUp) }
        if !isClosed { phase = .leaving }
    }

    private func serving(_ slot: Int) -> RedisLink? { only ?? (slots.isEmpty ? nil : slots[slot].flatMap { links[$0] }) }

    // MARK: Links

    private func link(_ address: RedisAddress) -> RedisLink {
        if let known = links[address] { return known }
        let fresh = makeLink { address }
        links[address] = fresh
        return fresh
    }

    private func makeLink(_ locate: @escaping () async throws -> RedisAddress) -> RedisLink {
        RedisLink(target, loop: loop, locate: locate) { [weak self] link, isUp, failure in self?.changed(link, isUp, failure) }
    }

    /// One server came or went. Said once each time, and shown in `/readyz`.
    private func changed(_ link: RedisLink, _ isUp: Bool, _ failure: Failure) {
        switch phase {
        case .leaving, .closed: return
        case .waiting, .serving: break
        }
        if only.map({ !$0.isNew }) ?? links.values.allSatisfy({ !$0.isNew }) { takeOver() }
        if !isUp, isCluster { refresh() }
        guard case .serving(let wasUp) = phase else { return }
        let isUpNow = only?.isUp ?? (!links.isEmpty && links.values.allSatisfy(\.isUp))
        guard isUpNow != wasUp || !isUp && health.isFirstLoss() else { return }
        if isUpNow != wasUp { if isUpNow { health.found() } else { health.lost() } }
        phase = .serving(isUp: isUpNow)
        let address = link.address?.description ?? "unknown"
        if isUpNow {
            log.event(.info, "limit_store_up", .text("address", address))
        } else {
            log.event(
                .warn, "limit_store_lost", .text("address", address), .word("reason", failure.reason), .text("detail", failure.detail))
        }
        tell(isUpNow ? .storeUp : .storeLost, at: link.address, isUpNow ? "" : failure.reason)
    }

    private func tell(_ kind: AuditEvent.Kind, at address: RedisAddress?, _ reason: StaticString) {
        guard let audit else { return }
        audit.append(
            AuditEvent(kind, time: .now(), address: Array((address?.description ?? "").utf8), reason: reason, store: health.word))
    }

    /// It is known whether this store can be reached: from now on it is the one that is asked.
    private func takeOver() {
        guard case .waiting = phase else { return }
        outgoing?.closeSoon()
        serve()
    }

    // MARK: Cluster

    /// Asks the cluster which node has which slots; at most so often, and never twice at once.
    private func refresh() {
        guard isCluster, !isRefreshing, !isClosed, loop.now >= refreshedAt + Limits.redisRefreshPause else { return }
        isRefreshing = true
        LocalTask.run(on: loop) { await self.askForSlots() }
    }

    private func askForSlots() async {
        var isDone = false
        while !isDone, !isClosed {
            for address in links.filter({ $0.value.isUp }).map(\.key) + target.addresses where !isDone {
                if let found = try? await slotTable(from: address) {
                    install(found)
                    isDone = true
                }
            }
            refreshedAt = loop.now
            if !isDone {
                changedCluster()
                await loop.sleep(Limits.redisRefreshPause * Double.random(in: 0.5...1.5))
            }
        }
        isRefreshing = false
    }

    private func changedCluster() {
        takeOver()
        if slots.isEmpty, !isUp, health.isFirstLoss() {
            log.event(.warn, "limit_store_lost", .word("reason", "store_no_cluster"))
            tell(.storeLost, at: nil, "store_no_cluster")
        }
    }

    private func slotTable(from address: RedisAddress) async throws -> [RedisAddress?] {
        let dialog = try await RedisDialog(address, target, loop: loop, deadline: loop.now + Limits.redisConnectTimeout)
        defer { dialog.wire.close() }
        let reply = try await dialog.ask("CLUSTER", "SLOTS")
        guard let table = SlotTable.read(reply, from: address) else {
            throw Failure(.store, "store_no_cluster", detail: reply.errorCode?.rawValue ?? "")
        }
        return table
    }

    private func install(_ table: [RedisAddress?]) {
        slots = table
        let primaries = Set(table.compactMap(\.self))
        for address in primaries { _ = link(address) }
        for address in links.keys where !primaries.contains(address) {
            links[address]?.close()
            links[address] = nil
        }
        slotsKnown.wakeAll()
    }
}
