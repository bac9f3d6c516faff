// swift-tools-version:6.2
import Foundation
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

let root = URL(filePath: #filePath).deletingLastPathComponent().path
func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: root + "/" + path) }

let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

var targets: [Target] = []

/// A system library found by pkg-config.
@MainActor func library(_ name: String, _ pkgConfig: String, _ package: String) {
    guard exists("Sources/\(name)") else { return }
    targets.append(.systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([package])]))
}

@MainActor func shim(_ name: String, _ dependencies: [Target.Dependency] = []) {
    guard exists("Sources/\(name)") else { return }
    targets.append(.target(name: name, dependencies: dependencies))
}

@MainActor func module(_ name: String, path: String? = nil, _ ours: [String], _ others: [Target.Dependency] = [], exclude: [String] = [], forTests: [String] = []) {
    let folder = path ?? "Sources/\(name)"
    guard exists(folder) else { return }
    let kept = ours.filter { exists("Sources/\($0)") || exists($0) || exists("Tests/\($0)") }
    targets.append(
        .target(
            name: name,
            dependencies: kept.map { .target(name: $0) } + others,
            path: folder,
            exclude: exclude.filter { exists("\(folder)/\($0)") },
            swiftSettings: settings
        )
    )
    let tests = "Tests/\(name)Tests"
    guard exists(tests) else { return }
    let support = exists("Tests/Support") ? [Target.Dependency.target(name: "Support")] : []
    targets.append(
        .testTarget(
            name: "\(name)Tests",
            dependencies: [.target(name: name)] + (kept + forTests.filter { exists("Sources/\($0)") }).map { .target(name: $0) } + others + support,
            path: tests,
            exclude: ["Golden"].filter { exists("\(tests)/\($0)") },
            swiftSettings: settings
        )
    )
}

library("CPostgres", "libpq", "libpq-dev")
library("CCrypto", "libcrypto", "libssl-dev")
library("CMagic", "libmagic", "libmagic-dev")
library("CCurlLibrary", "libcurl", "libcurl4-openssl-dev")
shim("CCurl", ["CCurlLibrary"])
shim("CEpoll")
shim("CProcess")

module("Kernel", ["CCrypto"], [logging])
module("Reactor", ["CEpoll"], [logging])
module("HTTP", ["CCurl", "Kernel", "Reactor"], [logging])
module("Database", ["CPostgres", "Kernel", "Reactor"], [logging])
module("Jobs", ["Database", "Kernel"], [logging])
module("Telegram", ["HTTP", "Kernel"], [logging])
module("TelegramSandbox", ["Telegram", "Kernel", "HTTP", "Reactor"], [hummingbird, logging], exclude: ["Public"])
module("Audio", ["CMagic", "CCrypto", "CProcess", "Kernel"], [logging])
module("Speech", ["HTTP", "Kernel"], [logging], forTests: ["Audio"])
module("Language", ["HTTP", "Kernel"], [logging])
module("Accounts", ["Database", "Jobs", "Kernel"], [logging])
module("Calls", ["Accounts", "Audio", "Database", "Jobs", "Kernel", "Language", "Speech"], [logging])
module("Bot", path: "Bot", ["Accounts", "Calls", "Database", "HTTP", "Jobs", "Kernel", "Telegram"], [logging], forTests: ["Audio", "Reactor", "TelegramSandbox"])
module("Web", path: "Web", ["Accounts", "Calls", "Database", "Jobs", "Kernel"], [hummingbird, lifecycle, nio, httpTypes, logging],
       exclude: ["Public"], forTests: ["Audio", "HTTP", "Reactor", "Speech"])
if exists("Tests/Support") {
    targets.append(
        .target(
            name: "Support",
            dependencies: ["Database", "Kernel", "Reactor", "Jobs", "HTTP"].filter { exists("Sources/\($0)") }
                .map { .target(name: $0) } + [logging],
            path: "Tests/Support",
            swiftSettings: settings
        )
    )
}
if exists("Sources/App") {
    let rooms = ["Kernel", "Reactor", "HTTP", "Database", "Jobs", "Telegram", "TelegramSandbox", "Audio", "Speech",
                 "Language", "Accounts", "Calls", "Bot", "Web"].filter { exists("Sources/\($0)") || exists($0) }
    targets.append(
        .executableTarget(
            name: "zvonar",
            dependencies: rooms.map { .target(name: $0) } + [hummingbird, argumentParser, logging],
            path: "Sources/App",
            swiftSettings: settings
        )
    )
    if exists("Tests/AppTests") {
        targets.append(
            .testTarget(
                name: "AppTests",
                dependencies: ["zvonar", "Support"] + rooms.map { .target(name: $0) } + [logging],
                path: "Tests/AppTests",
                swiftSettings: settings
            )
        )
    }
}

let package = Package(
    name: "zvonar",
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.6.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: targets
)
