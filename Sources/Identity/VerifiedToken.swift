import Core

/// What a verification found, and how long it is relied on.
struct VerifiedToken {
    let principal: Principal
    /// When it was verified: a clock that was set back makes it void.
    let since: WallTime
    /// When the token ends or is to be verified again.
    let until: WallTime

    func holds(at now: WallTime) -> Bool { since <= now && now < until }
}
