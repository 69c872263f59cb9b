import Audit

/// The audit log as one loop writes to it.
struct AuditOutlet {
    let trail: AuditTrail
    let log: AuditLog
}
