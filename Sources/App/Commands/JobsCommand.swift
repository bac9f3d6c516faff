import ArgumentParser
import Jobs

struct JobsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs",
        abstract: "The queue of work.",
        subcommands: [List.self, Retry.self]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists jobs, oldest first.")

        @OptionGroup var options: SettingsOptions
        @Option(help: "Only those in a state: waiting, later, running or dead.") var state: String?
        @Option(help: "How many at most.") var limit = 100

        func run() async throws {
            let jobs = try await withDatabase(try options.read()) {
                try await JobList(database: $0).all(state: state, limit: limit)
            }
            guard !jobs.isEmpty else { return print("There is no such job.") }
            for job in jobs {
                let error = job.error.map { "\t\($0)" } ?? ""
                print("\(job.id)\ttenant \(job.tenant)\t\(job.type)\t\(job.state)\tattempt \(job.attempt)\(error)")
            }
        }
    }

    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Puts a dead job back into the queue.")

        @OptionGroup var options: SettingsOptions
        @Argument(help: "The job's number.") var number: Int64

        func run() async throws {
            let isBack = try await withDatabase(try options.read()) { try await JobList(database: $0).retry(number) }
            guard isBack else { throw ValidationFailure("There is no dead job \(number), or its like waits already.") }
            print("Job \(number) waits again.")
        }
    }
}
