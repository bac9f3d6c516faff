public import Foundation

/// Recorded calls with known truth; Tests/Fixtures/README.md tells of them.
public enum Fixtures {
    /// `ZVONAR_FIXTURES`, or the folder of this repository.
    public static let folder: URL = {
        if let path = ProcessInfo.processInfo.environment["ZVONAR_FIXTURES"], !path.isEmpty {
            return URL(filePath: path)
        }
        return URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(
            path: "Fixtures"
        )
    }()

    /// Names of the six calls, without extension.
    public static let calls = [
        "01-metal-order-good", "03-metal-rare-size", "05-car-inspection-booked", "08-appliance-complaint-rude",
        "09-loan-reminder-promise", "11-metal-callback-14",
    ]

    /// Names of the recordings in which nobody speaks.
    public static let withoutSpeech = ["ringing-425hz", "silence-digital"]

    /// The recording of a name, whatever its format.
    public static func recording(_ name: String) throws -> URL {
        for part in ["calls", "no-speech"] {
            let subfolder = folder.appending(path: part)
            let files = try FileManager.default.contentsOfDirectory(at: subfolder, includingPropertiesForKeys: nil)
            let found = files.first {
                $0.deletingPathExtension().lastPathComponent == name && $0.pathExtension != "json"
            }
            if let found { return found }
        }
        throw CocoaError(.fileNoSuchFile, userInfo: [NSFilePathErrorKey: name])
    }

    /// The truth beside a call, as JSON.
    public static func truth(_ name: String) throws -> Data {
        try Data(contentsOf: folder.appending(path: "calls/\(name).json"))
    }

    /// The folder of the package, where `deploy` is.
    public static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
}
