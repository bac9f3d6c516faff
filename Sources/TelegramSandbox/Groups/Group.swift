/// A group with one bot in it: who belongs to it and in which standing.
struct Group: Sendable {
    enum Kind: String, Sendable { case group, supergroup }

    /// The raw values are Telegram's `ChatMember.status`.
    enum Standing: String, Sendable {
        case creator, administrator, member, left, kicked

        var isPresent: Bool { self == .creator || self == .administrator || self == .member }
        var isAdministrator: Bool { self == .creator || self == .administrator }
    }

    let id: Int
    let bot: Int
    let kind: Kind
    var title: String
    var about: String?
    /// Everybody who was ever in it, the bot among them.
    var members: [Int: Standing]
    /// The supergroup that a group became.
    var successor: Int?

    var dialog: DialogID { DialogID(bot: bot, chat: id) }

    func standing(of user: Int) -> Standing { members[user] ?? .left }

    /// Those in it now, in the order of their numbers.
    var present: [Int] { members.filter(\.value.isPresent).keys.sorted() }

    /// A Telegram `Chat`.
    var chat: JSON { ["id": .integer(id), "type": .string(kind.rawValue), "title": .string(title)] }
}

extension Group {
    var record: JSON {
        let standings = members.map { (String($0.key), JSON.string($0.value.rawValue)) }
        return .fields([
            "is": "group", "id": .integer(id), "bot": .integer(bot), "kind": .string(kind.rawValue),
            "title": .string(title), "about": .optional(about), "successor": .optional(successor),
            "members": .object(Dictionary(uniqueKeysWithValues: standings)),
        ])
    }

    init?(record json: JSON) {
        guard let id = json["id"]?.int, let bot = json["bot"]?.int, let title = json["title"]?.string,
            let kind = json["kind"]?.string.flatMap(Kind.init), let standings = json["members"]?.object
        else { return nil }
        var members: [Int: Standing] = [:]
        for (user, name) in standings {
            guard let user = Int(user), let standing = name.string.flatMap(Standing.init) else { return nil }
            members[user] = standing
        }
        self.init(
            id: id,
            bot: bot,
            kind: kind,
            title: title,
            about: json["about"]?.string,
            members: members,
            successor: json["successor"]?.int
        )
    }
}
