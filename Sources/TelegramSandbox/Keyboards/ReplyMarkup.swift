/// Reads and checks keyboards as Telegram does before it shows one.
enum ReplyMarkup {
    /// Any keyboard, or nil when none is given.
    static func read(_ parameters: Parameters) throws -> JSON? {
        let json: JSON?
        do {
            json = try parameters.json("reply_markup")
        } catch {
            throw BotFailure.badRequest("can't parse reply keyboard markup JSON object")
        }
        guard let json else { return nil }
        guard case .object = json else { throw BotFailure.badRequest("object expected as reply markup") }
        if let rows = json["inline_keyboard"] { return try inline(rows) }
        if let rows = json["keyboard"] {
            try checkReplyKeyboard(rows)
            return json
        }
        return json["remove_keyboard"] == true || json["force_reply"] == true ? json : nil
    }

    /// An inline keyboard; edited messages can have no other.
    static func readInline(_ parameters: Parameters) throws -> JSON? {
        guard let markup = try read(parameters) else { return nil }
        guard markup["inline_keyboard"] != nil else {
            throw BotFailure.badRequest("inline keyboard expected")
        }
        return markup
    }

    /// Empty rows are left out, and a keyboard without buttons is none.
    private static func inline(_ json: JSON) throws -> JSON? {
        let rows = try buttonRows(json, field: "inline_keyboard")
        for button in rows.joined() { try checkInline(button) }
        // 100 buttons is where Telegram ends.
        guard rows.joined().count <= 100 else { throw BotFailure.badRequest("reply markup is too long") }
        return rows.isEmpty ? nil : ["inline_keyboard": .array(rows.map { .array($0) })]
    }

    private static func buttonRows(_ json: JSON, field: String) throws -> [[JSON]] {
        guard let rows = json.array else {
            throw BotFailure.badRequest("field \"\(field)\" of the ReplyMarkup must be an Array")
        }
        return try rows.map { row in
            guard let buttons = row.array else {
                throw BotFailure.badRequest("field \"\(field)\" must be an Array of Arrays")
            }
            return buttons
        }.filter { !$0.isEmpty }
    }

    private static let actions = [
        "callback_data", "url", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat",
        "switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay",
    ]

    private static func checkInline(_ button: JSON) throws {
        let beginning = "can't parse inline keyboard button: "
        guard let fields = button.object else {
            throw BotFailure.badRequest(beginning + "InlineKeyboardButton must be an Object")
        }
        guard let text = fields["text"] else { throw BotFailure.badRequest(beginning + "Can't find field \"text\"") }
        guard let label = text.string else {
            throw BotFailure.badRequest(beginning + "Field \"text\" must be of type String")
        }
        guard !label.trimmingSpaces.isEmpty else { throw BotFailure.badRequest("BUTTON_TEXT_INVALID") }
        // An empty callback_data counts as none, which is how Telegram comes to call it a text button.
        let used = actions.filter { fields[$0] != nil && fields[$0] != "" && fields[$0] != false }
        guard let action = used.first else {
            throw BotFailure.badRequest(beginning + "Text buttons are unallowed in the inline keyboard")
        }
        guard used.count == 1 else {
            throw BotFailure.badRequest(beginning + "exactly one action field must be used")
        }
        switch action {
        case "callback_data":
            guard let data = fields[action]?.string, data.utf8.count <= 64 else {
                throw BotFailure.badRequest("BUTTON_DATA_INVALID")
            }
        case "url": try checkURL(fields[action]?.string ?? "")
        case "web_app":
            guard fields[action]?["url"]?.string?.hasPrefix("https://") == true else {
                throw BotFailure.badRequest("BUTTON_URL_INVALID")
            }
        case "copy_text":
            guard (1...256).contains(fields[action]?["text"]?.string?.count ?? 0) else {
                throw BotFailure.badRequest("BUTTON_COPY_TEXT_INVALID")
            }
        default: break
        }
    }

    private static func checkURL(_ url: String) throws {
        let lowered = url.lowercased()
        let scheme = lowered.contains("://") ? lowered.prefix { $0 != ":" } : "http"
        let reason: String? =
            if !["http", "https", "tg", "ton"].contains(String(scheme)) {
                "Unsupported URL protocol"
            } else {
                checkedLink(url) == nil ? "Wrong HTTP URL" : nil
            }
        guard let reason else { return }
        throw BotFailure.badRequest("inline keyboard button URL '\(url)' is invalid: \(reason)")
    }

    private static func checkReplyKeyboard(_ json: JSON) throws {
        let rows = try buttonRows(json, field: "keyboard")
        guard rows.joined().count <= 300 else { throw BotFailure.badRequest("reply markup is too long") }
        for button in rows.joined() {
            let text = button.string ?? button["text"]?.string
            guard let text else {
                throw BotFailure.badRequest("can't parse keyboard button: KeyboardButton must be a String or an Object")
            }
            guard !text.trimmingSpaces.isEmpty else { throw BotFailure.badRequest("BUTTON_TEXT_INVALID") }
        }
    }
}
