/// How the things with names of their own are written into the journal.
extension Person {
    var record: JSON {
        .fields([
            "is": "person", "id": .integer(id), "first_name": .string(firstName), "last_name": .optional(lastName),
            "username": .optional(username), "language_code": .optional(languageCode), "phone": .string(phone),
        ])
    }

    init?(record json: JSON) {
        guard let id = json["id"]?.int, let firstName = json["first_name"]?.string else { return nil }
        self.init(
            id: id,
            firstName: firstName,
            lastName: json["last_name"]?.string,
            username: json["username"]?.string,
            languageCode: json["language_code"]?.string,
            phone: json["phone"]?.string ?? ""
        )
    }
}

extension Bot {
    /// Everything but the updates, which are changes of their own.
    var record: JSON {
        .fields([
            "is": "bot", "id": .integer(id), "token": .string(token), "username": .string(username),
            "first_name": .string(firstName), "next_update_id": .integer(nextUpdateID),
            "allowed_updates": allowedUpdates.map { .array($0.map { .string($0) }) },
            "commands": .object(commands), "menu_buttons": .object(menuButtons),
            "profile": .object(profile.mapValues { .string($0) }), "joins_groups": .bool(canJoinGroups),
            "reads_all": .bool(readsAllMessages),
        ])
    }

    init?(record json: JSON) {
        guard let id = json["id"]?.int, let token = json["token"]?.string, let username = json["username"]?.string,
            let firstName = json["first_name"]?.string, let nextUpdateID = json["next_update_id"]?.int
        else { return nil }
        self.init(
            id: id,
            token: token,
            username: username,
            firstName: firstName,
            nextUpdateID: nextUpdateID,
            allowedUpdates: json["allowed_updates"]?.array?.compactMap(\.string),
            commands: json["commands"]?.object ?? [:],
            menuButtons: json["menu_buttons"]?.object ?? [:],
            profile: (json["profile"]?.object ?? [:]).compactMapValues(\.string),
            canJoinGroups: json["joins_groups"] != false,
            readsAllMessages: json["reads_all"] == true
        )
    }
}

extension StoredFile {
    var record: JSON {
        .fields([
            "is": "file", "id": .string(id), "bot": .integer(bot), "kind": .string(kind.rawValue),
            "path": .string(path), "size": .integer(size), "name": .optional(name), "mime": .optional(mime),
        ])
    }

    init?(record json: JSON) {
        guard let id = json["id"]?.string, let bot = json["bot"]?.int, let path = json["path"]?.string,
            let kind = json["kind"]?.string.flatMap(FileKind.init), let size = json["size"]?.int
        else { return nil }
        self.init(
            id: id,
            bot: bot,
            kind: kind,
            path: path,
            size: size,
            name: json["name"]?.string,
            mime: json["mime"]?.string
        )
    }
}
