import YAML

/// Shows collected faults.
enum FaultReport {
    /// Writes each fault to standard error, and how many there are.
    static func write(_ faults: Faults, _ terminal: Terminal) {
        for fault in faults.all {
            let place = fault.mark.map { "\(fault.file):\($0.line):\($0.column)" } ?? fault.file
            terminal.fault("\(place): \(fault.message)", remedy: fault.remedy)
        }
        if faults.dropped > 0 { terminal.error("and \(faults.dropped) more") }
        terminal.error(faults.count == 1 ? "1 fault" : "\(faults.count) faults")
    }
}
