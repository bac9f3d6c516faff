/// Albums: messages with files that carry the same `media_group_id`.
extension World {
    /// As many files as Telegram puts into one album.
    private static let albumLimit = 10

    /// The album that a person's file belongs to, named by the caller; nil for a single file.
    func album(_ name: String?, of kind: FileKind, in place: Place) throws -> JSON? {
        guard let name, !name.isEmpty else { return nil }
        guard kind != .voice else { throw PersonFailure("voice messages come one at a time, not in an album") }
        // The same name gives the same album, and after a restart too. FNV-1a, because it stays what it is.
        let key = "\(place.dialog.bot)/\(place.dialog.chat)/\(place.person.id)/\(name)"
        let hash = key.utf8.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        let id = JSON.string(String(10_000_000_000_000_000 + hash % 80_000_000_000_000_000))
        let others = (state.dialogs[place.dialog]?.messages ?? [:]).values.filter { $0.json["media_group_id"] == id }
        guard others.count < Self.albumLimit else { throw PersonFailure("an album holds 10 files") }
        guard others.allSatisfy({ $0.fileKind.map(kind.isAlbum) == true }) else {
            throw PersonFailure("photos and videos make an album, or documents, or audio files; they do not mix")
        }
        return id
    }

    /// `sendMediaGroup`: all or nothing.
    func sendMediaGroup(_ call: BotCall) throws -> JSON {
        let dialog = try openChat(call)
        let reply = try repliedMessage(call.parameters, in: dialog)
        guard let json = try mediaJSON(call) else { throw BotFailure.badRequest("parameter \"media\" is required") }
        guard let list = json.array else { throw BotFailure.badRequest("expected an Array of InputMedia") }
        let items = try list.map { item in
            do {
                return try InputMedia(item, call, isInAlbum: true)
            } catch let mistake as MediaMistake {
                throw BotFailure.badRequest("can't parse InputMedia: \(mistake.text)")
            }
        }
        guard items.count <= Self.albumLimit else {
            throw BotFailure.badRequest("too many messages to send as an album")
        }
        guard let first = items.first else { throw BotFailure.badRequest("there are no messages to send") }
        for item in items where !item.kind.isAlbum(with: first.kind) {
            let alone = [item.kind, first.kind].first { $0 == .document || $0 == .audio } ?? .document
            throw BotFailure.badRequest("\(alone.apiName) can't be mixed with other media types")
        }
        _ = try writableChat(call)
        var contents = try items.map { try content(of: $0) }
        let sender = try bot(call)
        try spend(dialog, messages: items.count)
        // One file alone arrives as an ordinary message.
        let album: JSON? = items.count > 1 ? .string(String(nextSerial() * 10_000 + dialog.bot % 10_000)) : nil
        for index in contents.indices {
            contents[index]["media_group_id"] = album
            contents[index]["reply_to_message"] = reply
        }
        return .array(try contents.map { try add($0, from: sender, in: dialog, markup: nil).forBot })
    }

    /// `editMessageMedia`.
    func editMedia(_ call: BotCall) throws -> JSON {
        let (dialog, message) = try editableMessage(call)
        guard let json = try mediaJSON(call) else { throw BotFailure.badRequest("input media is not specified") }
        let item: InputMedia
        do {
            item = try InputMedia(json, call, isInAlbum: false)
        } catch let mistake as MediaMistake {
            throw BotFailure.badRequest("can't parse InputMedia: \(mistake.text)")
        }
        guard message.isFile || message.isText else {
            throw BotFailure.badRequest("there is no media in the message to edit")
        }
        var edited = message
        let gone = FileKind.allCases.map(\.rawValue) + ["text", "entities", "caption", "caption_entities"]
        for field in gone { edited.json[field] = nil }
        for (field, value) in try content(of: item) { edited.json[field] = value }
        edited.markup = try ReplyMarkup.readInline(call.parameters)
        return try replace(message, with: edited, in: dialog, kind: .edited)
    }

    private func mediaJSON(_ call: BotCall) throws -> JSON? {
        do {
            return try call.parameters.json("media")
        } catch {
            throw BotFailure.badRequest("can't parse input media JSON object")
        }
    }

    private func content(of item: InputMedia) throws -> [String: JSON?] {
        var content = try fileContent(item.call, as: item.kind)
        content["caption"] = .optional(item.caption?.text)
        content["caption_entities"] = item.caption?.entitiesJSON
        return content
    }
}

/// What is wrong with one file of an album; the album's error begins with where it stands.
struct MediaMistake: Error {
    let text: String
}

/// One file of `media` with its caption, as if it were sent by a call of its own.
struct InputMedia: Sendable {
    let kind: FileKind
    let caption: FormattedText?
    let call: BotCall

    init(_ json: JSON, _ call: BotCall, isInAlbum: Bool) throws {
        guard case .object(var fields) = json else { throw MediaMistake(text: "expected an Object") }
        guard let type = fields["type"]?.string else { throw MediaMistake(text: "Can't find field \"type\"") }
        guard let media = fields["media"]?.string, !media.isEmpty else { throw MediaMistake(text: "media not found") }
        if type == "animation", isInAlbum {
            throw MediaMistake(text: "type \"animation\" can't be used in sendMediaGroup")
        }
        guard let kind = FileKind(rawValue: type), kind != .voice else {
            throw MediaMistake(text: "type \"\(type)\" is unsupported")
        }
        fields[type] = .string(media)
        let parameters = Parameters(fields, files: call.parameters.files)
        self.kind = kind
        self.call = BotCall(bot: call.bot, method: call.method, parameters: parameters)
        caption = try BotText.read("caption", entities: "caption_entities", of: parameters, limit: .caption)
    }
}

extension FileKind {
    /// Whether two files may stand in one album: photos and videos together, everything else with its like.
    func isAlbum(with other: FileKind) -> Bool {
        let pictures: Set<FileKind> = [.photo, .video]
        return self == other || (pictures.contains(self) && pictures.contains(other))
    }
}

extension Message {
    var fileKind: FileKind? { FileKind.allCases.first { json[$0.rawValue] != nil } }
}
