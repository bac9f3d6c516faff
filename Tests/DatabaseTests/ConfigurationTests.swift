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
}
