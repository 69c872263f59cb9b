import Configuration
import Core
import RateLimit
import Reactor
import Redis
import Telemetry

/// The shared store as one loop sees it: one server, the primary that Sentinel names, or a cluster.
final class RedisStore {
    /// What it reaches.
    let target: RedisTarget
    private let loop: EventLoop
    private let log: Log
    private let health: StoreHealth
    /// A cluster's nodes by address; otherwise the one link.
    private var links: [RedisAddress: RedisLink] = [:]
    private var only: RedisLink?
    /// Which node a slot of the cluster is on; empty until the cluster has said so.
    private var slots: [RedisAddress?] = []
    private let slotsKnown: WaitingRoom
    private var isRefreshing = false
    private var refreshedAt = Instant(nanoseconds: 0)
    private var isClosed = false
    private var isToldUp = false

    init(_ target: RedisTarget, loop: EventLoop, log: Log, health: StoreHealth) {
        self.target = target
        self.loop = loop
        self.log = log
        self.health = health
        slotsKnown = WaitingRoom(loop: loop, capacity: Limits.redisPipelineMax)
        health.joined()
        if isCluster { refresh() } else { only = makeLink { try await target.primary(on: loop) } }
    }

    /// Whether buckets lie on several servers, so that one command reaches those of one slot only.
    var isCluster: Bool { target.topology == .cluster }

    /// Sends the command for the keys of a slot and waits for its reply, at most for the configured time, redirections included.
    func execute(_ errand: RedisTrip, slot: Int, _ write: (inout ByteBuffer) -> Void) async throws {
        let deadline = loop.now + target.timeout
        if let only { return try await only.execute(errand, until: deadline, write) }
        if isClosed { throw Failure(.store, "store_closed") }
        if slots.isEmpty { _ = await slotsKnown.wait(until: deadline) }
        guard !slots.isEmpty, var address = slots[slot] else {
            refresh()
            throw Failure(.store, "store_down")
        }
        var isAsking = false
        for _ in 0..<Limits.redisRedirectsMax {
            do { try await link(address).execute(errand, isAsking: isAsking, until: deadline, write) } catch {
                // Perhaps another node has taken over.
                refresh()
                throw error
            }
            guard let text = errand.redirection, let redirection = Redirection(text, from: address) else { return }
            switch redirection {
            case .moved(let to):
                slots[slot] = to
                address = to
                isAsking = false
                refresh()
            case .ask(let to):
                address = to
                isAsking = true
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

    /// Closes every link.
    func close() {
        isClosed = true
        only?.close()
        for link in links.values { link.close() }
        // A link asks its store where to connect to: without this the two would keep each other for ever.
        only = nil
        links.removeAll()
        slotsKnown.wakeAll()
        if isToldUp { health.lost() }
        health.left()
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
        if isClosed { return }
        let isUpNow = only?.isUp ?? (!links.isEmpty && links.values.allSatisfy(\.isUp))
        if !isUp, isCluster { refresh() }
        guard isUpNow != isToldUp || !isUp && health.isFirstLoss() else { return }
        if isUpNow != isToldUp { if isUpNow { health.found() } else { health.lost() } }
        isToldUp = isUpNow
        let address = link.address?.description ?? "unknown"
        if isUpNow {
            log.event(.info, "limit_store_up", .text("address", address))
        } else {
            log.event(
                .warn, "limit_store_lost", .text("address", address), .word("reason", failure.reason), .text("detail", failure.detail))
        }
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
        if slots.isEmpty, !isToldUp, health.isFirstLoss() {
            log.event(.warn, "limit_store_lost", .word("reason", "store_no_cluster"))
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
