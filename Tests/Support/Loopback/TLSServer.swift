public import Foundation

/// A certificate for 127.0.0.1 that signed itself, and its key.
public struct TestCertificate: Sendable {
    public let certificate: URL
    public let key: URL

    /// `from` and `until` are such as `20200131000000Z`.
    public init(in folder: URL, from: String? = nil, until: String? = nil) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        certificate = folder.appending(path: "certificate.pem")
        key = folder.appending(path: "key.pem")
        let settings = folder.appending(path: "ca.cnf")
        try Data(Self.authority.utf8).write(to: settings)
        try Data().write(to: folder.appending(path: "index.txt"))
        try Data("01\n".utf8).write(to: folder.appending(path: "serial"))
        // The shorter `req -x509` cannot make a certificate of the past.
        let dates = from.flatMap { from in until.map { ["-startdate", from, "-enddate", $0] } } ?? ["-days", "2"]
        for arguments in [
            [
                "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
                "/CN=127.0.0.1", "-keyout", key.path, "-out", "request.pem",
            ],
            [
                "ca", "-batch", "-selfsign", "-notext", "-config", settings.path, "-keyfile", key.path, "-in",
                "request.pem", "-out", certificate.path,
            ] + dates,
        ] {
            let making = Process()
            making.executableURL = URL(filePath: "/usr/bin/openssl")
            making.arguments = arguments
            making.currentDirectoryURL = folder
            making.standardError = FileHandle.nullDevice
            try making.run()
            making.waitUntilExit()
            guard making.terminationStatus == 0 else { throw NotMade(step: arguments[0]) }
        }
    }

    private static let authority = """
        [ca]
        default_ca = test
        [test]
        database = index.txt
        new_certs_dir = .
        serial = serial
        default_md = sha256
        policy = names
        x509_extensions = extensions
        [names]
        commonName = supplied
        [extensions]
        subjectAltName = IP:127.0.0.1
        basicConstraints = CA:TRUE

        """
}

private struct NotMade: Error { let step: String }

/// OpenSSL's own test server with a certificate for 127.0.0.1 that it signed itself.
public struct TLSServer {
    public let certificate: URL
    public let port: Int
    private let process = Process()

    /// `from` and `until` are such as `20200131000000Z`.
    public init(in folder: URL, from: String? = nil, until: String? = nil) throws {
        let made = try TestCertificate(in: folder, from: from, until: until)
        certificate = made.certificate
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = [
            "s_server", "-accept", "127.0.0.1:0", "-key", made.key.path, "-cert", certificate.path, "-www",
        ]
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        // It says `ACCEPT 127.0.0.1:40001` when it is ready.
        var said = ""
        while !said.contains(/ACCEPT .*\n/) {
            let bytes = output.fileHandleForReading.availableData
            if bytes.isEmpty { break }
            said += String(decoding: bytes, as: UTF8.self)
        }
        guard let match = said.firstMatch(of: /ACCEPT .*:(\d+)/), let port = Int(match.output.1) else {
            throw NotMade(step: "s_server")
        }
        self.port = port
    }

    /// By force: the signals that a test's thread blocks are blocked in its children too.
    public func stop() { kill(process.processIdentifier, SIGKILL) }
}
