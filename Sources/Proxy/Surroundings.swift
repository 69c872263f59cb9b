import Glibc
import Reactor

/// What the process was started with, apart from its configuration: who supervises it, which sockets it was handed, and what the kernel
/// lets it deny itself.
struct Surroundings {
    let hardening: ProcessHardening
    let supervisor: Supervisor?
    /// Why there is no supervisor though the environment names one; empty otherwise.
    let supervisorFault: String
    let inherited: InheritedSockets

    /// - Parameter variable: reads the environment.
    init(_ hardening: ProcessHardening, _ variable: (String) -> String?) throws(InheritedSockets.Fault) {
        self.hardening = hardening
        inherited = try InheritedSockets(processID: getpid(), variable)
        do throws(SystemError) {
            supervisor = try Supervisor.find(processID: getpid(), variable)
            supervisorFault = ""
        } catch {
            supervisor = nil
            supervisorFault = "\(error)"
        }
    }
}
