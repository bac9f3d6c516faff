import Database
import Foundation
import Logging
import Reactor

extension SettingsSource {
    /// The cells beside the first: `ZVONAR_CELLS=2,3`, and for each its address and, where they differ, its passwords.
    mutating func cells(like first: DatabaseConfiguration) -> [Int: DatabaseConfiguration] {
        let numbers = optional("ZVONAR_CELLS", expected: "numbers from 2 on, such as 2,3") { text in
            Self.numbers(text).flatMap { $0.allSatisfy { (2...9_999).contains($0) } ? $0 : nil }
        }
        var cells: [Int: DatabaseConfiguration] = [:]
        for number in numbers ?? [] {
            var passwords = first.passwords
            for (login, part) in [(DatabaseConfiguration.Login.owner, "OWNER_"), (.cell, "")] {
                let own = optional("ZVONAR_CELL_\(number)_\(part)PASSWORD", isSecret: true) { $0 }
                if let own { passwords[login] = own }
            }
            let nowhere = DatabaseConfiguration(host: "", port: 0, name: "", passwords: passwords)
            var cell = required(
                "ZVONAR_CELL_\(number)_URL",
                expected: "postgresql://host:port/name of another database, without a user",
                instead: nowhere
            ) { DatabaseConfiguration(url: $0, passwords: passwords) }
            cell.poolSize = first.poolSize
            let others = cells.map { ("cell \($0.key)", $0.value) } + [("the first cell", first)]
            if !cell.host.isEmpty, let other = others.first(where: { $0.1.isSamePlace(as: cell) }) {
                addMistake("ZVONAR_CELL_\(number)_URL is the database of \(other.0); each cell has its own")
            }
            cells[number] = cell
        }
        return cells
    }

    mutating func openCells(among known: [Int]) -> [Int] {
        optional("ZVONAR_CELLS_FOR_NEW", expected: "numbers of cells, such as 2,3") { text in
            Self.numbers(text).flatMap { $0.allSatisfy(known.contains) ? $0 : nil }
        } ?? []
    }

    private static func numbers(_ text: String) -> [Int]? {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
            .map { Int($0.trimmingCharacters(in: .whitespaces)) }
        let numbers = parts.compactMap { $0 }
        return numbers.count == parts.count && Set(numbers).count == numbers.count ? numbers : nil
    }
}

extension DatabaseConfiguration {
    fileprivate func isSamePlace(as other: DatabaseConfiguration) -> Bool {
        places.contains { own in
            other.places.contains { $0.host == own.host && $0.port == own.port && $0.name == own.name }
        }
    }

    private var places: [Address] {
        [address] + (direct.map { [$0] } ?? [])
    }
}

extension Settings {
    /// The databases of all cells; no connection is made before it is needed.
    func databases(_ reactor: Reactor, _ logger: Logger) -> Database {
        Database(configuration: database, cells: cells, open: openCells, reactor: reactor, logger: logger)
    }
}
