// swift-tools-version:6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")

/// A C library of the system, found by pkg-config.
func library(_ name: String, _ pkgConfig: String, apt package: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([package])])
}

/// A module of ours; `path` is for those at the top level.
func module(
    _ name: String,
    path: String? = nil,
    _ dependencies: [Target.Dependency],
    exclude: [String] = []
) -> Target {
    .target(name: name, dependencies: dependencies, path: path, exclude: exclude, swiftSettings: settings)
}

/// The tests of a module, with what they use beside it.
func tests(
    _ name: String,
    _ dependencies: [Target.Dependency],
    hasGolden: Bool = false
) -> Target {
    .testTarget(
        name: "\(name)Tests",
        dependencies: dependencies + ["Support"],
        exclude: hasGolden ? ["Golden"] : [],
        swiftSettings: settings
    )
}

// The floors of the house, the ground first. A target names only what lies below it.
let package = Package(
    name: "zvonar",
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: [
        library("CPostgres", "libpq", apt: "libpq-dev"),
        library("CCrypto", "libcrypto", apt: "libssl-dev"),
        library("CMagic", "libmagic", apt: "libmagic-dev"),
        library("CCurlLibrary", "libcurl", apt: "libcurl4-openssl-dev"),
        .target(name: "CCurl", dependencies: ["CCurlLibrary"]),
        .target(name: "CEpoll"),
        .target(name: "CProcess"),

        module("Kernel", ["CCrypto"]),
        module("Reactor", ["CEpoll"]),
        module("HTTP", ["CCurl", "Reactor", "Kernel"]),
        module("Database", ["CPostgres", "Kernel", "Reactor", logging]),
        module("Jobs", ["Database", "Kernel", logging]),

        module("Telegram", ["HTTP", "Kernel"]),
        module("TelegramSandbox", ["Kernel", hummingbird, lifecycle, logging], exclude: ["Public"]),
        module("S3", ["HTTP", "Kernel"]),
        module("Audio", ["CMagic", "CProcess", "HTTP", "Kernel", "S3"]),
        module("Speech", ["HTTP", "Kernel"]),
        module("Language", ["HTTP", "Kernel"]),

        module("Accounts", ["Database", "Jobs", "Kernel", logging]),
        module("Calls", ["Audio", "Database", "Jobs", "Kernel", "Language", "Speech", logging]),

        module(
            "Bot",
            path: "Bot",
            ["Accounts", "Audio", "Calls", "Database", "HTTP", "Jobs", "Kernel", "Telegram", logging]
        ),
        module(
            "Web",
            path: "Web",
            ["Accounts", "Calls", "Jobs", "Kernel", httpTypes, hummingbird, lifecycle, logging, nio],
            exclude: ["Public"]
        ),

        .executableTarget(
            name: "zvonar",
            dependencies: [
                "Accounts", "Audio", "Bot", "Calls", "Database", "HTTP", "Jobs", "Kernel", "Language", "Reactor",
                "S3", "Speech",
                "Telegram", "TelegramSandbox", "Web", argumentParser, lifecycle, logging, signals,
            ],
            path: "Sources/App",
            swiftSettings: settings
        ),

        .target(
            name: "Wall",
            dependencies: ["Database", "Kernel"],
            path: "Tests/Wall",
            swiftSettings: settings
        ),
        .target(
            name: "Support",
            dependencies: ["Database", "HTTP", "Kernel", "Reactor", "Wall", logging],
            path: "Tests/Support",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "Accounts", "Audio", "Bot", "Calls", "Database", "HTTP", "Jobs", "Kernel", "Language", "Reactor",
                "Speech", "Support", "Telegram", "TelegramSandbox", "Wall", "Web", argumentParser, logging,
            ],
            path: "Tests/Benchmarks",
            exclude: ["Peers"],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "Chaos",
            dependencies: ["Database", "HTTP", "Kernel", "Reactor", "Support", "Telegram", argumentParser, logging],
            path: "Tests/Chaos",
            swiftSettings: settings
        ),
        tests("Chaos", ["Chaos"]),
        tests("Kernel", ["Kernel"]),
        tests("HTTP", ["HTTP", "Reactor"]),
        tests("Database", ["Database", "Kernel", "Wall"], hasGolden: true),
        tests("Jobs", ["Database", "Jobs", "Kernel", logging]),
        tests("Telegram", ["HTTP", "Reactor", "Telegram"]),
        tests("TelegramSandbox", ["HTTP", "Kernel", "Reactor", "TelegramSandbox", logging]),
        tests("S3", ["HTTP", "Kernel", "Reactor", "S3"]),
        tests("Audio", ["Audio", "HTTP", "Kernel", "S3"]),
        tests("Speech", ["Audio", "HTTP", "Kernel", "Reactor", "Speech"]),
        tests("Language", ["HTTP", "Language", "Reactor"]),
        tests("Accounts", ["Accounts", "Database", "Kernel", logging]),
        tests("Calls", ["Audio", "Calls", "Database", "HTTP", "Jobs", "Kernel", "Language", "S3", "Speech", logging]),
        tests(
            "Bot",
            [
                "Accounts", "Audio", "Bot", "Calls", "Database", "HTTP", "Jobs", "Kernel", "Reactor", "Speech",
                "Telegram",
                "TelegramSandbox", logging,
            ],
            hasGolden: true
        ),
        tests(
            "Web",
            [
                "Accounts", "Audio", "Calls", "Database", "HTTP", "Jobs", "Kernel", "Speech", "Web", lifecycle, logging,
            ],
            hasGolden: true
        ),
        tests(
            "App",
            [
                "Audio", "Database", "HTTP", "Jobs", "Kernel", "Reactor", "S3", "Telegram", "TelegramSandbox", "zvonar",
                logging,
            ]
        ),
    ]
)
