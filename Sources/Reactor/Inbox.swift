import CLinux
import Core
import Glibc
import Synchronization

/// The one door into a loop from other threads: a locked queue and an eventfd that is written only when the queue was empty.
final class Inbox: Sendable {
    enum Item: @unchecked Sendable {
        case job(UnownedJob)
        case work(@Sendable () -> Void)
    }

    let descriptor: Int32
    private let items = Lock<[Item]>([])

    init() throws(SystemError) {
        descriptor = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
        try Syscall.check("eventfd", descriptor)
    }

    deinit { close(descriptor) }

    func post(_ item: Item) {
        let wasEmpty = items.withLock { queue in
            queue.append(item)
            return queue.count == 1
        }
        if wasEmpty { _ = eventfd_write(descriptor, 1) }
    }

    func drain(_ body: (Item) -> Void) {
        var value: eventfd_t = 0
        _ = eventfd_read(descriptor, &value)
        let taken = items.withLock { queue in
            let all = queue
            queue.removeAll(keepingCapacity: true)
            return all
        }
        for item in taken { body(item) }
    }
}
