import ArgumentParser
import Foundation

@main
struct Chaos: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Kills the running product at random moments and shows that nothing is lost and nothing is doubled.",
        discussion: "deploy/chaos builds what is needed and runs it."
    )

    @Option(help: "The program of the product.")
    var zvonar: String

    @Option(help: "Where the speech service is installed.")
    var speechHome: String

    @Option(help: "The Python of an environment with aiogram, whose bot is then killed alike for comparison.")
    var peerPython: String?

    @Flag(help: "About 20 kills instead of 200.")
    var short = false

    @Option(help: "How many kills.")
    var kills: Int?

    @Option(help: "Repeats the order and the pauses of an earlier run.")
    var seed: UInt64?

    @Option(help: "Spoils the outcome, to show that it is found: doubled or missing.")
    var plant: Planted?

    @Option(help: "Where the folder of the run is made.")
    var folder = "/tmp"

    @Flag(help: "Leaves the folder with all logs.")
    var keep = false

    func validate() throws {
        if let kills, !(1...1000).contains(kills) { throw ValidationError("--kills is from 1 to 1000") }
    }

    func run() async throws {
        let seed = seed ?? UInt64.random(in: 0..<1_000_000)
        var plan = short ? ChaosPlan.short(seed: seed) : .full(seed: seed)
        if let kills { plan.kills = kills }
        let folder = URL(filePath: self.folder).appending(path: "zvonar-chaos-\(getpid())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        say("seed \(seed): \(plan.kills) kills, \(plan.chats) chats, \(plan.recordingsInFlight) recordings in flight")
        let isGood: Bool
        do {
            let run = ChaosRun(
                plan: plan,
                tools: .init(zvonar: zvonar, speechHome: speechHome, peerPython: peerPython),
                folder: folder
            )
            isGood = try await run.run(planting: plant)
        } catch {
            say("The harness failed: \(error). Its logs: \(folder.path)/log")
            throw ExitCode(2)
        }
        if keep || !isGood {
            say("The logs are in \(folder.path)/log")
        } else {
            try FileManager.default.removeItem(at: folder)
        }
        if !isGood { throw ExitCode.failure }
    }
}

/// A mistake made on purpose, through the Bot API and behind the product's back.
enum Planted: String, ExpressibleByArgument, Sendable {
    /// A result is sent once more.
    case doubled
    /// A result is taken out of its chat.
    case missing
}

/// Prints a line at once, also into a pipe.
func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
