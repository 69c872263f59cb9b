/// What a tool does, the one word under which packs allow it.
enum ToolClass: String, Sendable, CaseIterable {
    /// Tells about DAGs, runs, tasks, assets, pools, health; changes nothing.
    case read
    /// Returns the text of task logs.
    case logs
    /// Returns rendered templates of task instances.
    case rendered
    /// Returns the source of DAGs.
    case source
    /// Returns XCom values and other state that tasks left.
    case xcom
    /// Returns Airflow's configuration.
    case config
    /// Returns connections or variables.
    case secrets
    /// Tells about users, roles and permissions.
    case people
    /// Starts runs.
    case trigger
    /// Clears runs and task instances, so that they run again.
    case rerun
    /// Pauses and unpauses DAGs.
    case pause
    /// Sets states, notes and XCom values; answers human-in-the-loop questions.
    case state
    /// Deletes.
    case destroy
    /// Changes connections, variables, pools; reparses files.
    case admin
    /// Logs in or out, or changes what the server itself is.
    case session
}
