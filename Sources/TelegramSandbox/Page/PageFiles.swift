import Foundation
import Hummingbird

/// The chat page: plain files from a folder, read at each request so that an edit shows after a reload.
struct PageFiles: Sendable {
    private let folder: URL?

    /// - Parameter folder: Where the files are; nil looks beside the binary and then beside the sources.
    init(folder: URL?) {
        let binary = URL(filePath: CommandLine.arguments.first ?? "").deletingLastPathComponent()
        let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let candidates = [
            folder, binary.appending(path: "SandboxPublic"),
            URL(filePath: "Sources/TelegramSandbox/Public"), sources.appending(path: "Public"),
        ]
        self.folder = candidates.compactMap { $0 }.first {
            FileManager.default.fileExists(atPath: $0.appending(path: "index.html").path)
        }
    }

    private static let types = [
        "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8",
        "json": "application/json", "svg": "image/svg+xml",
    ]

    func answer(_ name: String) throws -> Response {
        guard let type = Self.types[fileExtension(name)], !name.contains("/"), !name.contains("..") else {
            throw PersonFailure(404, "there is no such page")
        }
        guard let folder else { throw PersonFailure(404, "the files of the chat page were not found") }
        let file = folder.appending(path: name)
        guard FileManager.default.fileExists(atPath: file.path) else {
            throw PersonFailure(404, "there is no such page")
        }
        let policy =
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob:; "
            + "media-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        return Response(
            status: .ok,
            headers: [
                .contentType: type, .contentSecurityPolicy: policy, .cacheControl: "no-cache",
                .xContentTypeOptions: "nosniff",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try Data(contentsOf: file)))
        )
    }
}
