/// What a caller may do with tasks (2025-11-25 basic/utilities/tasks): each only where a rule allows its method.
public struct TaskRights: OptionSet, Sendable, Equatable {
    /// One bit per method.
    public let rawValue: UInt8

    /// Makes a set from bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// `tasks/get`.
    public static let get = TaskRights(rawValue: 1)
    /// `tasks/result`. Who may ask for results may have calls become tasks.
    public static let result = TaskRights(rawValue: 2)
    /// `tasks/cancel`.
    public static let cancel = TaskRights(rawValue: 4)
    /// `tasks/list`.
    public static let list = TaskRights(rawValue: 8)

    static let methods: [(right: TaskRights, method: GuardedMethod)] = [
        (.get, .tasksGet), (.result, .tasksResult), (.cancel, .tasksCancel), (.list, .tasksList),
    ]
}
