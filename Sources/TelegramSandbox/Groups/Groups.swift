/// What a developer does with groups: makes them, lets people in and out, renames and upgrades them.
extension World {
    /// `POST /sandbox/groups`: the first member made it; the bot is added by them.
    func createGroup(_ parameters: Parameters) throws -> JSON {
        let title = try groupTitle(parameters)
        guard let kind = Group.Kind(rawValue: parameters.string("type") ?? "supergroup") else {
            throw PersonFailure("type is group or supergroup")
        }
        let bot = try bot(named: parameters)
        guard bot.canJoinGroups else { throw PersonFailure("the bot \(bot.username) cannot join groups") }
        let members = try (memberList(parameters)).map { try person($0) }
        guard let creator = members.first else { throw PersonFailure("members is a list of one person at least") }
        var standings = [creator.id: Group.Standing.creator]
        for member in members.dropFirst() where member.id != creator.id { standings[member.id] = .member }
        let group = Group(id: newGroupID(kind), bot: bot.id, kind: kind, title: title, members: standings)
        try record(.group(group))
        let standing: Group.Standing = parameters.bool("bot_is_administrator") ? .administrator : .member
        try setStanding(standing, of: bot.id, by: creator.user, in: group, isAnnounced: kind == .supergroup)
        // Whoever is chosen while a group is made is in it from its first message on.
        if kind == .group {
            try announce(["group_chat_created": true], by: creator.user, in: state.groups[group.id] ?? group)
        }
        return group.chat
    }

    private func memberList(_ parameters: Parameters) throws -> [String] {
        guard let list = try parameters.json("members")?.array else {
            throw PersonFailure("members is a list of numbers of persons")
        }
        return list.map { $0.string ?? $0.text }
    }

    private func groupTitle(_ parameters: Parameters) throws -> String {
        let title = (parameters.string("title") ?? "").trimmingSpaces
        guard (1...128).contains(title.count) else { throw PersonFailure("title needs 1 to 128 characters") }
        return title
    }

    /// Supergroups have numbers below -10^12, groups small ones, as in Telegram.
    private func newGroupID(_ kind: Group.Kind) -> Int {
        let base = kind == .supergroup ? -1_002_000_000_000 : -4_000_000_000
        let known = state.groups.values.filter { $0.kind == kind }.map(\.id).min() ?? base
        return known - Int.random(in: 1...97)
    }

    func group(_ text: some StringProtocol) throws -> Group {
        guard let id = Int(text), let group = state.groups[id] else {
            throw PersonFailure(404, "there is no group \(text)")
        }
        return group
    }

    /// A group that is still in use.
    private func livingGroup(_ text: String) throws -> Group {
        let group = try group(text)
        if let successor = group.successor { throw PersonFailure("the group became the supergroup \(successor)") }
        return group
    }

    func groups() -> JSON { .array(state.groups.values.sorted { $0.id > $1.id }.map(overview)) }

    func overview(_ group: Group) -> JSON {
        let members = group.members.keys.sorted().compactMap { id in
            user(id).map { member($0, group.standing(of: id)) }
        }
        return .fields([
            "chat": group.chat, "bot": .optional(state.bots[group.bot]?.username), "members": .array(members),
            "upgraded_to": .optional(group.successor),
        ])
    }

    /// `POST /sandbox/groups/{group}/members`: someone joins, leaves, is made an administrator or thrown out.
    func setMember(_ text: String, _ parameters: Parameters) throws -> JSON {
        let group = try livingGroup(text)
        let name = parameters.string("user") ?? ""
        let id =
            try Int(name) == group.bot || state.bot(name: String(name.drop { $0 == "@" }))?.id == group.bot
            ? group.bot : person(name).id
        let status = parameters.string("status") ?? "member"
        guard let standing = Group.Standing(rawValue: status), standing != .creator else {
            throw PersonFailure("status is member, administrator, left or kicked")
        }
        guard group.standing(of: id) != .creator else { throw PersonFailure("whoever made the group stays its owner") }
        // Nobody but the member leaves by themselves; everything else is done by the owner unless said otherwise.
        let owner = group.members.first { $0.value == .creator }?.key
        let actor = try parameters.string("from").map { try person($0).id } ?? (standing == .left ? id : owner)
        try setStanding(standing, of: id, by: actor.flatMap { user($0) } ?? .null, in: group)
        return overview(state.groups[group.id] ?? group)
    }

    /// `POST /sandbox/groups/{group}/title`.
    func renameGroup(_ text: String, _ parameters: Parameters) throws -> JSON {
        let group = try livingGroup(text)
        let owner = group.members.first { $0.value == .creator }?.key
        let actor = try parameters.string("from").map { try person($0).id } ?? owner
        try rename(group, groupTitle(parameters), by: actor.flatMap { user($0) } ?? .null)
        return overview(state.groups[group.id] ?? group)
    }

    func rename(_ group: Group, _ title: String, by actor: JSON) throws {
        var changed = group
        changed.title = title
        try record(.group(changed))
        try announce(["new_chat_title": .string(title)], by: actor, in: changed)
    }

    /// `POST /sandbox/groups/{group}/upgrade`: a group becomes a supergroup with another number.
    func upgradeGroup(_ text: String) throws -> JSON {
        let group = try livingGroup(text)
        guard group.kind == .group else { throw PersonFailure("it is a supergroup already") }
        let next = Group(
            id: newGroupID(.supergroup),
            bot: group.bot,
            kind: .supergroup,
            title: group.title,
            about: group.about,
            members: group.members
        )
        var former = group
        former.successor = next.id
        let owner = group.members.first { $0.value == .creator }.flatMap { user($0.key) } ?? .null
        try record(.group(next), .group(former))
        try announce(["migrate_to_chat_id": .integer(next.id)], by: owner, in: former)
        try announce(["migrate_from_chat_id": .integer(group.id)], by: owner, in: next)
        return next.chat
    }
}
