import Foundation
import HTTPTypes
import Hummingbird
import Kernel

/// The static files, held in memory under addresses that hold the hash of their content.
///
/// An address never changes its meaning, so browsers keep the files for a year and a new version is a new address.
struct Assets: Sendable {
    let links: AssetLinks
    private let files: [File]

    private struct File: Sendable {
        let name: String
        let hash: String
        let type: String
        let content: ByteBuffer
    }

    init(folder: URL) throws {
        let style = try Self.read("panel.css", "text/css; charset=utf-8", in: folder)
        let script = try Self.read("panel.js", "text/javascript; charset=utf-8", in: folder)
        let icon = try Self.read("icon.svg", "image/svg+xml", in: folder)
        files = [style, script, icon]
        links = AssetLinks(style: Self.link(style), script: Self.link(script), icon: Self.link(icon))
    }

    func add(to router: Router<WebContext>) {
        for file in files {
            router.get(RouterPath("/static/\(file.hash)/\(file.name)")) { _, _ in
                Response(
                    status: .ok,
                    headers: [.contentType: file.type, .cacheControl: "public, max-age=31536000, immutable"],
                    body: ResponseBody(byteBuffer: file.content)
                )
            }
        }
    }

    private static func read(_ name: String, _ type: String, in folder: URL) throws -> File {
        let bytes = Array(try Data(contentsOf: folder.appending(path: name)))
        let hash = hexadecimal(sha256(bytes).prefix(8))
        return File(name: name, hash: hash, type: type, content: ByteBuffer(bytes: bytes))
    }

    private static func link(_ file: File) -> Link { Link(path: "/static/\(file.hash)/\(file.name)") }
}
