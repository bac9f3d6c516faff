import Foundation
import Kernel

/// A file on its way into a message, with what the sender says about it.
struct FileToSend: Sendable {
    let kind: FileKind
    let upload: Upload
    var duration = 0
    var title: String?
    var performer: String?
    var width = 0
    var height = 0
}

/// Files are kept as they came, under a name of our own; what they are called stands in the journal.
extension World {
    /// 20 MB: what Telegram lets a bot download.
    static let downloadLimit = 20 * 1_024 * 1_024
    /// 50 MB: what Telegram lets a bot upload, 10 MB of it for a photo.
    static let uploadLimit = 50 * 1_024 * 1_024
    static let photoLimit = 10 * 1_024 * 1_024

    /// Stores the bytes first and the record second, so a record never points nowhere.
    func store(_ file: FileToSend, for bot: Int) throws -> StoredFile {
        // Telegram's ids begin alike for each kind, which helps whoever reads a log.
        let beginnings: [FileKind: String] = [
            .voice: "AwACAgIAAxkB", .audio: "CQACAgIAAxkB", .document: "BQACAgIAAxkB", .photo: "AgACAgIAAxkB",
            .video: "BAACAgIAAxkB",
        ]
        let folders: [FileKind: String] = [
            .voice: "voice", .audio: "music", .document: "documents", .photo: "photos", .video: "videos",
        ]
        let id = (beginnings[file.kind] ?? "") + base64url(randomBytes(33))
        let usual: [FileKind: String] = [.voice: "oga", .photo: "jpg", .video: "mp4", .audio: "mp3"]
        var ending = fileExtension(file.upload.name)
        if file.kind == .voice || ending.isEmpty || !ending.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) }) {
            ending = usual[file.kind] ?? ""
        }
        let claimed = file.upload.mime.flatMap { $0 == "application/octet-stream" ? nil : $0 }
        let stored = StoredFile(
            id: id,
            bot: bot,
            kind: file.kind,
            path: "\(folders[file.kind] ?? "files")/file_\(state.files.count)\(ending.isEmpty ? "" : ".\(ending)")",
            size: file.upload.bytes.count,
            name: file.upload.name.isEmpty ? nil : file.upload.name,
            mime: file.kind == .voice ? "audio/ogg" : claimed ?? mediaType(forName: file.upload.name)
        )
        try file.upload.bytes.write(to: fileURL(stored))
        try record(.file(stored))
        return stored
    }

    /// The message fields of a file, such as `voice` or `document`.
    func content(of stored: StoredFile, as file: FileToSend) throws -> [String: JSON?] {
        var fields: [String: JSON?] = [
            "file_id": .string(stored.id), "file_unique_id": .string(stored.uniqueID),
            "file_size": .integer(stored.size),
        ]
        switch stored.kind {
        case .photo:
            let size = FileFacts(file.upload.bytes).imageSize
            fields["width"] = .integer(size?.width ?? 0)
            fields["height"] = .integer(size?.height ?? 0)
            return ["photo": [.fields(fields)]]
        case .voice:
            fields["duration"] = .integer(file.duration)
        case .audio:
            fields["duration"] = .integer(file.duration)
            fields["file_name"] = .optional(stored.name)
            fields["title"] = .optional(file.title)
            fields["performer"] = .optional(file.performer)
        case .video:
            fields["width"] = .integer(file.width)
            fields["height"] = .integer(file.height)
            fields["duration"] = .integer(file.duration)
            fields["file_name"] = .optional(stored.name)
        case .document:
            fields["file_name"] = .optional(stored.name)
        }
        fields["mime_type"] = .optional(stored.mime)
        return [stored.kind.rawValue: .fields(fields)]
    }

    /// `getFile`.
    func file(_ call: BotCall) throws -> JSON {
        guard let id = call.parameters.string("file_id"), !id.isEmpty else {
            throw BotFailure.badRequest("file_id not specified")
        }
        guard let file = state.files[id], file.bot == call.bot else {
            throw BotFailure.badRequest("wrong file_id or the file is temporarily unavailable")
        }
        guard file.size <= Self.downloadLimit else { throw BotFailure.badRequest("file is too big") }
        return [
            "file_id": .string(file.id), "file_unique_id": .string(file.uniqueID), "file_size": .integer(file.size),
            "file_path": .string(file.path),
        ]
    }

    /// The file behind a download address of a bot; too large ones have none.
    func download(token: String, path: String) async throws -> (file: URL, mime: String?)? {
        guard let bot = state.bot(token: token) else { return nil }
        if let fault = faults.take(for: "file") {
            try await Task.sleep(for: .milliseconds(fault.delayMilliseconds))
            if fault.drop != nil { throw LostConnection() }
            if let failure = fault.failure { throw failure }
        }
        let file = state.files.values.first { $0.bot == bot.id && $0.path == path && $0.size <= Self.downloadLimit }
        return file.map { (fileURL($0), $0.mime) }
    }
}
