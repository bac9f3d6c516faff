import Foundation

/// Methods by which a bot sends files: uploaded, attached by name, or known from before.
extension World {
    func sendFile(_ call: BotCall, as kind: FileKind) throws -> JSON {
        let dialog = try openChat(call)
        let caption = try BotText.read("caption", entities: "caption_entities", of: call.parameters, limit: .caption)
        let markup = try ReplyMarkup.read(call.parameters)
        let reply = try repliedMessage(call.parameters, in: dialog)
        _ = try writableChat(call)
        var content = try fileContent(call, as: kind)
        content["caption"] = .optional(caption?.text)
        content["caption_entities"] = caption?.entitiesJSON
        content["reply_to_message"] = reply
        return try post(content, from: bot(call), in: dialog, markup: markup).forBot
    }

    func fileContent(_ call: BotCall, as kind: FileKind) throws -> [String: JSON?] {
        let field = kind.rawValue
        let named = call.parameters.string(field) ?? ""
        let attached = named.hasPrefix("attach://") ? String(named.dropFirst("attach://".count)) : field
        if let upload = call.parameters.files[attached] { return try store(upload, as: kind, call) }
        guard !named.isEmpty, !named.hasPrefix("attach://") else {
            throw BotFailure.badRequest("there is no \(field) in the request")
        }
        if named.contains("://") {
            // The sandbox fetches nothing from elsewhere: it must work without a network, and never for strangers.
            throw BotFailure.badRequest(
                "failed to get HTTP URL content: the sandbox fetches nothing from elsewhere, upload the file"
            )
        }
        guard let file = state.files[named], file.bot == call.bot else {
            throw BotFailure.badRequest("wrong file identifier/HTTP URL specified")
        }
        guard file.kind == kind else {
            throw BotFailure.badRequest("can't use file of type \(file.kind.apiName) as \(kind.apiName)")
        }
        let bytes = try Data(contentsOf: fileURL(file), options: .mappedIfSafe)
        let upload = Upload(name: file.name ?? "", mime: file.mime, bytes: bytes)
        return try self.content(of: file, as: described(upload, as: kind, call))
    }

    private func store(_ upload: Upload, as kind: FileKind, _ call: BotCall) throws -> [String: JSON?] {
        let size = upload.bytes.count
        guard size > 0 else { throw BotFailure.badRequest("file must be non-empty") }
        guard size <= Self.uploadLimit else { throw BotFailure(code: 413, description: "Request Entity Too Large") }
        let facts = FileFacts(upload.bytes)
        var kind = kind
        switch kind {
        case .photo:
            guard size <= Self.photoLimit else {
                throw BotFailure.badRequest(
                    "file of size \(size) bytes is too big for a photo; the maximum size is \(Self.photoLimit) bytes"
                )
            }
            guard let image = facts.imageSize else { throw BotFailure.badRequest("IMAGE_PROCESS_FAILED") }
            let (short, long) = (min(image.width, image.height), max(image.width, image.height))
            guard short > 0, short + long <= 10_000, long <= short * 20 else {
                throw BotFailure.badRequest("PHOTO_INVALID_DIMENSIONS")
            }
        case .voice where !facts.canBeVoice, .audio where !facts.canBeAudio, .video where !facts.canBeVideo:
            kind = .document
        default: break
        }
        let file = described(upload, as: kind, call)
        return try content(of: store(file, for: call.bot), as: file)
    }

    private func described(_ upload: Upload, as kind: FileKind, _ call: BotCall) -> FileToSend {
        FileToSend(
            kind: kind,
            upload: upload,
            duration: max(0, call.parameters.int("duration") ?? 0),
            title: call.parameters.string("title"),
            performer: call.parameters.string("performer"),
            width: max(0, call.parameters.int("width") ?? 0),
            height: max(0, call.parameters.int("height") ?? 0)
        )
    }
}

extension FileKind {
    /// The name in Telegram's errors.
    var apiName: String { self == .voice ? "VoiceNote" : rawValue.capitalized }
}
