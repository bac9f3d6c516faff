import Kernel
import Support
import Testing

@testable import Database

struct ConfigurationTests {
    @Test(arguments: [
        "postgresql://db/zvonar?sslmod=require", "postgresql://db/zvonar?sslmode=always",
        "postgresql://db/zvonar?options=-c%20role%3Dx", "postgresql://db/zvonar?sslmode=require&sslmode=disable",
        "postgresql://db/zvonar?port=many", "postgresql://user@db/zvonar", "http://db/zvonar", "postgresql://db",
    ])
    func `what an address asked for was ignored`(url: String) {
        #expect(DatabaseConfiguration(url: url, passwords: [:]) == nil)
    }

    @Test func `the wish for a secure connection is passed on`() throws {
        let url = "postgresql://db.example.com:6432/zvonar?sslmode=verify-full&sslrootcert=/etc/ssl/own.pem"
        let configuration = try #require(DatabaseConfiguration(url: url, passwords: [:]))
        let parameters = Connecting(configuration: configuration, reactor: TestDatabase.reactor).parameters(
            .cell,
            password: "",
            isPooled: false,
            isDirect: false,
            timeout: nil
        )
        let values = Dictionary(parameters, uniquingKeysWith: { first, _ in first })
        #expect(values["host"] == "db.example.com")
        #expect(values["port"] == "6432")
        #expect(values["sslmode"] == "verify-full")
        #expect(values["sslrootcert"] == "/etc/ssl/own.pem")
    }

    @Test func `the wish for a secure connection past a pooler was ignored`() throws {
        let pooler = "postgresql://pooler:6432/alias?sslmode=disable"
        var configuration = try #require(DatabaseConfiguration(url: pooler, passwords: [:]))
        configuration.isPooled = true
        let direct = "postgresql://db.example.com/zvonar?sslmode=verify-full&sslrootcert=/etc/ssl/own.pem"
        configuration.direct = try #require(DatabaseConfiguration(url: direct, passwords: [:])).address
        let connecting = Connecting(configuration: configuration, reactor: TestDatabase.reactor)
        let values = [false, true].map { isDirect in
            Dictionary(
                connecting.parameters(
                    .cell,
                    password: "",
                    isPooled: !isDirect,
                    isDirect: isDirect,
                    timeout: nil
                ),
                uniquingKeysWith: { first, _ in first }
            )
        }
        #expect(values.map { $0["sslmode"] } == ["disable", "verify-full"])
        #expect(values.map { $0["sslrootcert"] } == [nil, "/etc/ssl/own.pem"])
        #expect(values.map { $0["host"] } == ["pooler", "db.example.com"])
        #expect(values.map { $0["dbname"] } == ["alias", "zvonar"])
    }
}
