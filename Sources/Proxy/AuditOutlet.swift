import Audit

/// The audit log as one loop writes to it.
final class AuditOutlet {
    let trail: AuditTrail
    let log: AuditLog

    init(_ trail: AuditTrail) {
        self.trail = trail
        log = trail.makeLog()
    }
}
