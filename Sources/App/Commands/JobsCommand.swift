import ArgumentParser
import Database
import Jobs
import Kernel

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
            var isEmpty = true
            try await withDatabase(try options.read()) { database in
                for cell in database.allCells {
                    let name = database.allCells.count > 1 ? "cell \(cell.number)\t" : ""
                    do {
                        for job in try await JobList(database: cell).all(state: state, limit: limit) {
                            isEmpty = false
                            print(name + line(job))
                        }
                    } catch let fault as any Fault where database.allCells.count > 1 {
                        isEmpty = false
                        print("\(name)\(fault)")
                    }
                }
            }
            if isEmpty { print("There is no such job.") }
        }

        private func line(_ job: JobSummary) -> String {
            let error = job.error.map { "\t\($0)" } ?? ""
            return "\(job.id)\ttenant \(job.tenant)\t\(job.type)\t\(job.state)\tattempt \(job.attempt)\(error)"
        }
    }

    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Puts a dead job back into the queue.")

        @OptionGroup var options: SettingsOptions
        @Argument(help: "The job's number.") var number: Int64
        @Option(help: "The cell that `jobs list` shows beside it.") var cell = 1

        func run() async throws {
            let isBack = try await withDatabase(try options.read()) { database in
                guard let cell = database.allCells.first(where: { $0.number == cell }) else { return false }
                return try await JobList(database: cell).retry(number)
            }
            guard isBack else { throw ValidationFailure("There is no dead job \(number), or its like waits already.") }
            print("Job \(number) waits again.")
        }
    }
}
