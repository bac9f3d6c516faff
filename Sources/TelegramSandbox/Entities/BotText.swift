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
        guard raw.utf8.count <= 32_768 else { throw BotFailure.badRequest("text is too long") }
        var text = FormattedText(text: raw.replacing("\0", with: " "))
        let modeName = parameters.string("parse_mode")?.lowercased() ?? ""
        if !modeName.isEmpty, modeName != "none" {
            guard let mode = ParseMode(rawValue: modeName) else {
                throw BotFailure.badRequest("unsupported parse_mode")
            }
            do {
                text = try mode.parse(text.text)
            } catch {
                throw BotFailure.badRequest("can't parse entities: \(error.detail)")
            }
        } else {
            text.entities = try entityList(entitiesName, of: parameters)
        }
        let cleaned: FormattedText?
        do {
            cleaned = try text.cleaned()
        } catch {
            throw BotFailure.badRequest(error.detail)
        }
        guard let cleaned else { throw BotFailure.badRequest("text must be non-empty") }
        guard cleaned.codePointCount <= limit.rawValue else {
            throw BotFailure.badRequest(limit == .message ? "message is too long" : "message caption is too long")
        }
        return FoundEntities.add(to: cleaned)
    }

    /// Types that Telegram finds by itself and therefore takes from nobody.
    private static let foundTypes: Set<String> = [
        "mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bank_card_number",
    ]

    private static func entityList(_ name: String, of parameters: Parameters) throws -> [TextEntity] {
        let json: JSON?
        do {
            json = try parameters.json(name)
        } catch {
            throw BotFailure.badRequest("can't parse entities JSON object")
        }
        return try (json?.array ?? []).compactMap { item in
            let entity = try entity(item)
            guard entity.type == "text_link" else { return foundTypes.contains(entity.type) ? nil : entity }
            let address = entity.details["url"]?.string ?? ""
            guard let url = checkedLink(address) else {
                throw BotFailure.badRequest("entity URL '\(address)' is invalid: Wrong HTTP URL")
            }
            return TextEntity(
                type: entity.type,
                offset: entity.offset,
                length: entity.length,
                details: ["url": .string(url)]
            )
        }
    }

    private static func entity(_ item: JSON) throws -> TextEntity {
        let beginning = "can't parse MessageEntity: "
        guard case .object = item else { throw BotFailure.badRequest(beginning + "expected an Object") }
        func field<Value>(_ name: String, _ read: (JSON) -> Value?) throws -> Value {
            guard let value = item[name].flatMap(read) else {
                throw BotFailure.badRequest(beginning + "Can't find field \"\(name)\"")
            }
            return value
        }
        let offset = try field("offset", \.int)
        let length = try field("length", \.int)
        let type = try field("type", \.string)
        var details: [String: JSON] = [:]
        switch type {
        case "bold", "italic", "underline", "strikethrough", "spoiler", "code", "blockquote", "expandable_blockquote":
            break
        case "pre": details["language"] = item["language"].flatMap { $0 == "" ? nil : $0 }
        case "text_link": details["url"] = .string(try field("url", \.string))
        case "text_mention": details["user"] = ["id": .integer(try field("user") { $0["id"]?.int })]
        case "custom_emoji": details["custom_emoji_id"] = try field("custom_emoji_id") { $0 }
        case "date_time":
            let format = item["date_time_format"]?.string ?? ""
            do {
                try checkDateFormat(format)
            } catch {
                throw BotFailure.badRequest(beginning + "Invalid date-time format specified")
            }
            details = dateDetails(try field("unix_time", \.int), format)
        default:
            guard foundTypes.contains(type) else {
                throw BotFailure.badRequest(beginning + "Unsupported type specified")
            }
        }
        return TextEntity(type: type, offset: offset, length: length, details: details)
    }
}
