import Foundation

/// What a person sees of a chat, at once or as soon as it changes.
extension World {
    /// A wish to wait, 60 s at most: proxies and browsers give up on longer ones.
    private func deadline(_ parameters: Parameters) -> ContinuousClock.Instant {
        let seconds = min(max(parameters.double("wait") ?? 0, 0), 60)
        return ContinuousClock.now.advanced(by: .milliseconds(Int(seconds * 1_000)))
    }

    /// Messages behind `after` in their present form; waits for the first one.
    func messages(in dialog: DialogID, _ parameters: Parameters) async throws -> JSON {
        let after = parameters.int("after") ?? 0
        let deadline = deadline(parameters)
        while true {
            let messages = (state.dialogs[dialog]?.messages ?? [:]).values.filter { $0.id > after }
            if !messages.isEmpty || isClosing || ContinuousClock.now >= deadline {
                return .array(messages.sorted { $0.id < $1.id }.map(\.forPerson))
            }
            try await wait(for: .chat(dialog), until: deadline)
        }
    }

    /// Changes behind `after`; with `action`, a "typing…" newer than that serial number, too.
    func events(in dialog: DialogID, _ parameters: Parameters) async throws -> JSON {
        let after = parameters.int("after") ?? 0
        let deadline = deadline(parameters)
        while true {
            var events = (state.dialogs[dialog]?.events ?? []).filter { $0.number > after }.map(\.json)
            if let seen = parameters.int("action"), let action = actions[dialog], action.serial > seen,
                action.until > now
            {
                events.append([
                    "event": .integer(state.dialogs[dialog]?.lastEvent ?? 0), "kind": "action",
                    "action": .string(action.name), "serial": .integer(action.serial),
                    "seconds": .integer(action.until - now),
                ])
            }
            if !events.isEmpty || isClosing || ContinuousClock.now >= deadline { return .array(events) }
            try await wait(for: .chat(dialog), until: deadline)
            guard state.persons[dialog.chat] != nil || state.groups[dialog.chat] != nil else {
                throw PersonFailure(404, "the sandbox was reset")
            }
        }
    }

    /// What a chat page needs beside the messages; in a group, `from` says whose commands are asked for.
    func chatState(in dialog: DialogID, _ parameters: Parameters) throws -> JSON {
        let known = state.dialogs[dialog] ?? Dialog()
        let group = state.groups[dialog.chat]
        return .fields([
            "started": .bool(known.isStarted || group != nil), "blocked": .bool(known.isBlocked),
            "event": .integer(known.lastEvent),
            "commands": commandsShown(in: dialog, to: parameters.int("from") ?? dialog.chat),
            "description": .optional(profileText("description", of: dialog.bot, for: dialog.chat)),
            "pinned": .array(known.pinned.map { .integer($0) }), "group": group.map(overview),
        ])
    }

    func sentFile(_ id: String) throws -> (file: URL, facts: StoredFile) {
        guard let file = state.files[id] else { throw PersonFailure(404, "there is no such file") }
        return (fileURL(file), file)
    }
}
