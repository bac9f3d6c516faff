/// How Telegram reads a text or caption of a bot.
struct BotText {
    /// Telegram's limits, counted behind the markup.
    enum Limit: Int {
        case message = 4_096
        case caption = 1_024
    }

    /// Reads `name` with `parse_mode` or with its entities given as a list.
    ///
    /// - Returns: Nil when the parameter is missing or empty.
    static func read(
        _ name: String,
        entities entitiesName: String,
        of parameters: Parameters,
        limit: Limit
    ) throws -> FormattedText? {
        guard let raw = parameters.string(name), !raw.isEmpty else { return nil }
        var text = FormattedText(text: raw.replacing("\r\n", with: "\n").replacing("\0", with: " "))
        let modeName = parameters.string("parse_mode") ?? ""
        if !modeName.isEmpty, modeName.lowercased() != "none" {
            guard let mode = ParseMode(rawValue: modeName.lowercased()) else {
                throw BotFailure.badRequest("unsupported parse_mode")
            }
            do {
                text = try mode.parse(text.text)
            } catch {
                throw BotFailure.badRequest("can't parse entities: \(error.detail)")
            }
        } else if let list = try entityList(entitiesName, of: parameters) {
            text.entities = list
            text.sort()
        }
        let trimmed = text.trimmed
        guard !trimmed.text.isEmpty else { throw BotFailure.badRequest("text must be non-empty") }
        guard trimmed.codePointCount <= limit.rawValue else {
            throw BotFailure.badRequest(limit == .message ? "message is too long" : "message caption is too long")
        }
        return FoundEntities.add(to: trimmed)
    }

    private static func entityList(_ name: String, of parameters: Parameters) throws -> [TextEntity]? {
        let json: JSON?
        do {
            json = try parameters.json(name)
        } catch {
            throw BotFailure.badRequest("can't parse entities: can't parse entities JSON object")
        }
        guard let json else { return nil }
        guard let list = json.array else {
            throw BotFailure.badRequest("can't parse entities: expected an Array of MessageEntity")
        }
        return try list.map { item in
            guard var details = item.object, let type = details.removeValue(forKey: "type")?.string,
                let offset = details.removeValue(forKey: "offset")?.int,
                let length = details.removeValue(forKey: "length")?.int
            else {
                throw BotFailure.badRequest("can't parse MessageEntity: an entity needs type, offset and length")
            }
            if type == "text_link", checkedLink(details["url"]?.string ?? "") == nil {
                let url = details["url"]?.string ?? ""
                throw BotFailure.badRequest("entity URL '\(url)' is invalid: Wrong HTTP URL")
            }
            return TextEntity(type: type, offset: offset, length: length, details: details)
        }
    }
}
