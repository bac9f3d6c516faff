/// Everything that can happen to the state; the journal is a list of these, and the state is what they add up to.
enum Change: Sendable {
    case person(Person)
    case bot(Bot)
    case group(Group)
    case dialog(DialogID, isStarted: Bool, isBlocked: Bool)
    case message(DialogID, Message)
    case deleted(DialogID, message: Int)
    case pinned(DialogID, messages: [Int])
    case event(DialogID, ChatEvent)
    case update(bot: Int, Update)
    case confirmed(bot: Int, below: Int)
    case file(StoredFile)
    case query(CallbackQuery)
    case call(LoggedCall)
}

extension Change {
    /// One journal line: an object with a field `is` that names the change.
    var json: JSON {
        switch self {
        case .person(let person): person.record
        case .bot(let bot): bot.record
        case .group(let group): group.record
        case .dialog(let id, let isStarted, let isBlocked):
            id.tagged("dialog", ["started": .bool(isStarted), "blocked": .bool(isBlocked)])
        case .message(let id, let message):
            id.tagged(
                "message",
                [
                    "id": .integer(message.id), "json": message.json, "markup": message.markup,
                    "from_bot": .bool(message.isFromBot), "reactions": message.reactionsRecord,
                ]
            )
        case .deleted(let id, let message): id.tagged("deleted", ["id": .integer(message)])
        case .pinned(let id, let messages):
            id.tagged("pinned", ["messages": .array(messages.map { .integer($0) })])
        case .event(let id, let event):
            id.tagged(
                "event",
                ["number": .integer(event.number), "kind": .string(event.kind.rawValue), "message": event.message]
            )
        case .update(let bot, let update):
            [
                "is": "update", "bot": .integer(bot), "id": .integer(update.id), "date": .integer(update.date),
                "json": update.json,
            ]
        case .confirmed(let bot, let below): ["is": "confirmed", "bot": .integer(bot), "below": .integer(below)]
        case .file(let file): file.record
        case .query(let query):
            query.dialog.tagged(
                "query",
                ["id": .string(query.id), "date": .integer(query.date), "answer": query.answer]
            )
        case .call(let call): ["is": "call", "number": .integer(call.number), "json": call.json]
        }
    }

    /// Reads a journal line; nil for one that no version of the sandbox wrote.
    init?(_ json: JSON) {
        switch json["is"]?.string {
        case "person": self.init(Person(record: json)) { .person($0) }
        case "bot": self.init(Bot(record: json)) { .bot($0) }
        case "group": self.init(Group(record: json)) { .group($0) }
        case "file": self.init(StoredFile(record: json)) { .file($0) }
        case "update", "confirmed", "call": self.init(numbered: json)
        default: self.init(inDialog: json)
        }
    }

    private init?<Value>(_ value: Value?, _ make: (Value) -> Change) {
        guard let value else { return nil }
        self = make(value)
    }

    private init?(numbered json: JSON) {
        if let number = json["number"]?.int, let content = json["json"] {
            self = .call(LoggedCall(number: number, json: content))
        } else if let bot = json["bot"]?.int, let below = json["below"]?.int {
            self = .confirmed(bot: bot, below: below)
        } else if let bot = json["bot"]?.int, let id = json["id"]?.int, let date = json["date"]?.int,
            let content = json["json"]
        {
            self = .update(bot: bot, Update(id: id, date: date, json: content))
        } else {
            return nil
        }
    }

    private init?(inDialog json: JSON) {
        // Journals written before there were groups say `person`.
        guard let bot = json["bot"]?.int, let chat = (json["chat"] ?? json["person"])?.int else { return nil }
        let dialog = DialogID(bot: bot, chat: chat)
        switch json["is"]?.string {
        case "dialog":
            let isStarted = json["started"] == true
            self = .dialog(dialog, isStarted: isStarted, isBlocked: json["blocked"] == true)
        case "message":
            guard let id = json["id"]?.int, let content = json["json"] else { return nil }
            let isFromBot = json["from_bot"] == true
            var message = Message(id: id, json: content, markup: json["markup"], isFromBot: isFromBot)
            message.readReactions(json["reactions"])
            self = .message(dialog, message)
        case "deleted":
            guard let id = json["id"]?.int else { return nil }
            self = .deleted(dialog, message: id)
        case "pinned":
            guard let messages = json["messages"]?.array else { return nil }
            self = .pinned(dialog, messages: messages.compactMap(\.int))
        case "event":
            guard let number = json["number"]?.int, let message = json["message"],
                let kind = json["kind"]?.string.flatMap(ChatEvent.Kind.init)
            else { return nil }
            self = .event(dialog, ChatEvent(number: number, kind: kind, message: message))
        case "query":
            guard let id = json["id"]?.string, let date = json["date"]?.int else { return nil }
            self = .query(CallbackQuery(id: id, dialog: dialog, date: date, answer: json["answer"]))
        default: return nil
        }
    }
}

extension DialogID {
    fileprivate func tagged(_ name: JSON, _ fields: [String: JSON?]) -> JSON {
        var json = JSON.fields(fields)
        json["is"] = name
        json["bot"] = .integer(bot)
        json["chat"] = .integer(chat)
        return json
    }
}
