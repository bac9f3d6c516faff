import Foundation

/// What a process has used, read from /proc.
struct Usage: Sendable {
    /// User and system time of all its threads, ended ones too.
    let cpuSeconds: Double
    /// Its share of memory: what is mapped by several processes is divided among them.
    let proportionalMegabytes: Double
    /// Memory that is its alone.
    let privateMegabytes: Double

    static func of(_ process: pid_t) throws -> Usage {
        let memory = try memory(of: process)
        return Usage(
            cpuSeconds: try cpuSeconds(of: process),
            proportionalMegabytes: memory.proportional,
            privateMegabytes: memory.alone
        )
    }

    /// Of this process, to the microsecond.
    static var ownCPUSeconds: Double {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    /// To a hundredth of a second, which is what the kernel says of another process.
    static func cpuSeconds(of process: pid_t) throws -> Double {
        try ticks(of: process, fields: 14, 15)
    }

    /// Of children that have ended and been waited for.
    static func cpuSecondsOfEndedChildren(of process: pid_t) throws -> Double {
        try ticks(of: process, fields: 16, 17)
    }

    static func children(of process: pid_t) throws -> [pid_t] {
        let path = "/proc/\(process)/task/\(process)/children"
        return try String(contentsOfFile: path, encoding: .utf8).split(whereSeparator: \.isWhitespace).compactMap {
            pid_t($0)
        }
    }

    /// The sum of two fields of /proc/…/stat, numbered as in proc(5).
    private static func ticks(of process: pid_t, fields one: Int, _ other: Int) throws -> Double {
        let text = try String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
        // The second field is the name in brackets and may hold anything; after it comes the third.
        let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 15, let first = Double(fields[one - 3]), let second = Double(fields[other - 3]) else {
            throw Wrong("/proc/\(process)/stat has another form")
        }
        return (first + second) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private static func memory(of process: pid_t) throws -> (proportional: Double, alone: Double) {
        let text = try String(contentsOfFile: "/proc/\(process)/smaps_rollup", encoding: .utf8)
        var kilobytes: [Substring: Double] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(whereSeparator: \.isWhitespace)
            guard words.count == 3, let value = Double(words[1]) else { continue }
            kilobytes[words[0].dropLast()] = value
        }
        guard let proportional = kilobytes["Pss"] else { throw Wrong("/proc/\(process)/smaps_rollup has another form") }
        let alone = (kilobytes["Private_Clean"] ?? 0) + (kilobytes["Private_Dirty"] ?? 0)
        return (proportional / 1024, alone / 1024)
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000 }
}
