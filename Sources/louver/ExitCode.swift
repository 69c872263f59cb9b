/// What the process ends with.
enum ExitCode: Int32 {
    /// All went well.
    case success = 0
    /// What was asked for could not be done, or a check found something.
    case failure = 1
    /// The command line or a file it names is wrong.
    case usage = 2
}
