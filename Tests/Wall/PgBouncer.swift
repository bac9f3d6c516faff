public import Foundation

/// Debian's PgBouncer in transaction mode, before a PostgreSQL that trusts its users.
public enum PgBouncer {
    public static let program = "/usr/sbin/pgbouncer"
    public static let port = 6432

    /// Writes its settings into `folder`, where its socket will be, and gives the path of the file to start it with.
    ///
    /// Fewer connections to the server than clients have, so that they change hands all the time.
    public static func writeSettings(in folder: URL, server: URL, port serverPort: Int, connections: Int) throws -> URL
    {
        let users = folder.appending(path: "users")
        let logins = ["owner", "platform", "cell"].map { "\"zvonar_\($0)\" \"\"" }
        try Data(logins.joined(separator: "\n").utf8).write(to: users)
        let settings = folder.appending(path: "pgbouncer.ini")
        let text = """
            [databases]
            * = host=\(server.path) port=\(serverPort)
            [pgbouncer]
            listen_addr =
            listen_port = \(port)
            unix_socket_dir = \(folder.path)
            auth_type = trust
            auth_file = \(users.path)
            pool_mode = transaction
            default_pool_size = \(connections)
            max_client_conn = 300
            log_connections = 0
            log_disconnections = 0

            """
        try Data(text.utf8).write(to: settings)
        return settings
    }
}
