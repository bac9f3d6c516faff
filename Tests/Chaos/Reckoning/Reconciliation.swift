/// Holds what people did, what Telegram saw and what the database says against each other.
///
/// Pure, so that every rule can be shown to find what it is for.
struct Reconciliation: Sendable {
    private let evidence: Evidence
    /// What is not as it must be, in words with the evidence.
    private(set) var violations: [String] = []
    private(set) var counts: [(name: String, value: Int)] = []
    /// Recordings whose result is ambiguous, with the message that offers it again.
    private(set) var offered: [(recording: Deed, progress: Int64)] = []

    init(_ evidence: Evidence) {
        self.evidence = evidence
        updates()
        effects()
        deliveries()
        recordings()
        endings()
    }

    private mutating func violate(_ text: String) { violations.append(text) }

    private mutating func count(_ name: String, _ value: Int) { counts.append((name, value)) }

    // MARK: Every update handled once

    private mutating func updates() {
        count("deeds of people", evidence.deeds.count)
        count("updates stored", evidence.updates.count)
        var stored: [RecordingKey: Int] = [:]
        var presses: [Pressed: Int] = [:]
        for update in evidence.updates {
            if let message = update.message {
                stored[RecordingKey(chat: update.chat, message: message), default: 0] += 1
            } else if let data = update.pressed {
                presses[Pressed(chat: update.chat, data: data), default: 0] += 1
            }
        }
        var done: [Pressed: Int] = [:]
        for deed in evidence.deeds {
            if let data = deed.pressed {
                done[Pressed(chat: deed.chat, data: data), default: 0] += 1
                continue
            }
            let found = stored[RecordingKey(deed), default: 0]
            if found != 1 { violate("message \(deed.message ?? 0) of chat \(deed.chat) was stored \(found) times") }
        }
        for key in Set(done.keys).union(presses.keys) where done[key] != presses[key] {
            violate(
                "«\(key.data)» of chat \(key.chat) was pressed \(done[key] ?? 0) and stored \(presses[key] ?? 0) times"
            )
        }
        let total = evidence.deeds.count
        if evidence.updates.count != total { violate("\(total) deeds became \(evidence.updates.count) updates") }
        handling()
    }

    private struct Pressed: Hashable {
        let chat: Int64
        let data: String
    }

    private mutating func handling() {
        let inCell = Dictionary(evidence.handledInCell.map { ($0, 1) }, uniquingKeysWith: +)
        for update in evidence.updates {
            if update.state != "handled" { violate("update \(update.id) of chat \(update.chat) is \(update.state)") }
            let wanted = (update.route ?? 0) > 0 ? 1 : 0
            if inCell[update.id, default: 0] != wanted {
                violate("update \(update.id) stands \(inCell[update.id, default: 0]) times among those of a company")
            }
            let said = evidence.saidHandled[update.id, default: 0]
            if said > 1 { violate("update \(update.id) was handled \(said) times") }
        }
        count("updates handled", evidence.updates.count { $0.state == "handled" })
        count("of them for a company", evidence.handledInCell.count)
    }

    // MARK: Every update's effects committed once

    private mutating func effects() {
        let platform = Dictionary(grouping: evidence.rows.filter(\.isOfPlatform), by: \.chat).mapValues(\.count)
        var wanted: [Int64: Int] = [:]
        var digests: [Int64: Int] = [:]
        for deed in evidence.deeds {
            switch deed.kind {
            case .small(let rows): wanted[deed.chat, default: 0] += rows
            case .digest: digests[deed.chat, default: 0] += 1
            case .question: question(deed)
            case .recording: break
            }
        }
        for chat in Set(wanted.keys).union(platform.keys) where wanted[chat, default: 0] != platform[chat, default: 0] {
            violate(
                "chat \(chat) has \(platform[chat, default: 0]) small answers and should have \(wanted[chat, default: 0])"
            )
        }
        slotted("digest:", digests)
        for person in evidence.registered where evidence.companies[person] != 1 {
            violate("person \(person) registered once and has \(evidence.companies[person] ?? 0) companies")
        }
        count("questions", evidence.questions.count)
        count("companies registered", evidence.companies.count)
    }

    private mutating func question(_ deed: Deed) {
        let key = RecordingKey(deed)
        let asked = evidence.questions.count { $0 == key }
        if asked != 1 { violate("question \(key.message) of chat \(key.chat) was asked \(asked) times") }
        let answers = rowsBySlot[SlotKey(chat: key.chat, slot: "question:\(key.message)")]?.count ?? 0
        if answers != 2 { violate("question \(key.message) of chat \(key.chat) has \(answers) rows and should have 2") }
    }

    /// Slots of a kind: as many as deeds, and two rows each, «in work» and the answer.
    private mutating func slotted(_ prefix: String, _ deeds: [Int64: Int]) {
        let slots = rowsBySlot.filter { $0.key.slot.hasPrefix(prefix) }
        for (slot, rows) in slots where rows.count != 2 {
            violate("\(slot.slot) of chat \(slot.chat) has \(rows.count) rows and should have 2")
        }
        let found = Dictionary(slots.keys.map { ($0.chat, 1) }, uniquingKeysWith: +)
        for chat in Set(found.keys).union(deeds.keys) where found[chat, default: 0] != deeds[chat, default: 0] {
            violate("chat \(chat) asked for \(deeds[chat, default: 0]) digests and has \(found[chat, default: 0])")
        }
    }

    private var rowsBySlot: [SlotKey: [SentRow]] {
        var rows: [SlotKey: [SentRow]] = [:]
        for row in evidence.rows where row.slot != nil {
            rows[SlotKey(chat: row.chat, slot: row.slot ?? ""), default: []].append(row)
        }
        return rows
    }

    // MARK: Every message sent once, or ambiguous

    private mutating func deliveries() {
        struct Said: Hashable {
            let chat: Int64
            let text: String
        }
        let new = evidence.rows.filter(\.isNewMessage)
        var allowed: [Said: Int] = [:]
        for row in new where row.state == "sent" || row.state == "ambiguous" {
            allowed[Said(chat: row.chat, text: row.text ?? ""), default: 0] += 1
        }
        var seen: [Said: Int] = [:]
        for call in evidence.calls where call.isNewMessage {
            seen[Said(chat: call.chat ?? 0, text: call.text ?? ""), default: 0] += 1
        }
        for (said, times) in seen where times > allowed[said, default: 0] {
            let text = said.text.prefix(60)
            violate("chat \(said.chat) got \(times) times «\(text)», and \(allowed[said, default: 0]) were to be sent")
        }
        // Rows of a slot may become edits, so only those without one say how many were lost.
        let single = Dictionary(grouping: new.filter { $0.slot == nil && $0.state != "replaced" }) {
            Said(chat: $0.chat, text: $0.text ?? "")
        }
        var (known, unknown) = (0, 0)
        for (said, rows) in single {
            let missing = max(0, rows.count - seen[said, default: 0])
            let ambiguous = rows.count { $0.state == "ambiguous" }
            known += min(missing, ambiguous)
            unknown += max(0, missing - ambiguous)
        }
        count("answers lost, each ambiguous", known)
        count("answers lost and unknown", unknown)
        count("answers doubled", seen.reduce(0) { $0 + max(0, $1.value - allowed[$1.key, default: 0]) })
        count("messages to be sent", new.count { $0.state != "replaced" })
        if unknown > 0 { violate("\(unknown) answers are neither in a chat nor ambiguous") }
        count("messages that arrived", seen.values.reduce(0, +))
        count("ambiguous", evidence.rows.count { $0.state == "ambiguous" })
        for (chat, rows) in Dictionary(grouping: evidence.rows, by: \.chat) { numbers(chat, rows) }
    }

    /// What the rows say of a chat's messages against those that stand in it.
    private mutating func numbers(_ chat: Int64, _ rows: [SentRow]) {
        let standing = evidence.messages[chat] ?? [:]
        var owners: [Int64: String] = [:]
        for row in rows where row.state == "sent" && row.isNewMessage {
            guard let message = row.message else {
                violate("\(row.name) is sent without a message")
                continue
            }
            if standing[message] == nil { violate("\(row.name): message \(message) of chat \(chat) is not there") }
            let owner = row.slot ?? row.name
            if let other = owners[message], other != owner {
                violate("\(other) and \(owner) are one message \(message)")
            }
            owners[message] = owner
        }
        for (slot, messages) in Dictionary(grouping: owners.filter { $0.value.contains(":") }, by: \.value)
        where messages.count > 1 {
            violate("\(slot) of chat \(chat) is \(messages.count) messages")
        }
        let unknown = standing.keys.filter { owners[$0] == nil }
        let ambiguous = rows.count { $0.state == "ambiguous" && $0.isNewMessage }
        if unknown.count > ambiguous {
            violate("chat \(chat) has \(unknown.count) messages of no row and \(ambiguous) ambiguous ones")
        }
    }

    // MARK: Every recording one call and at most one result

    private mutating func recordings() {
        var results: [RecordingKey: [LoggedCall]] = [:]
        for call in evidence.calls where call.isNewMessage && call.text?.contains(Said.recording) == true {
            results[RecordingKey(chat: call.chat ?? 0, message: call.replyTo ?? 0), default: []].append(call)
        }
        let calls = Dictionary(grouping: evidence.storedCalls, by: \.origin)
        let rows = Dictionary(
            grouping: evidence.rows.filter { $0.isNewMessage && $0.text?.contains(Said.recording) == true },
            by: { RecordingKey(chat: $0.chat, message: $0.replyTo ?? 0) }
        )
        let recordings = evidence.deeds.filter { $0.recordingName != nil }
        var shown = 0
        var missing = 0
        for deed in recordings {
            let key = RecordingKey(deed)
            recording(deed, calls[key] ?? [])
            let seen = results[key]?.count ?? 0
            if seen > 1 { violate("\(name(deed)) has \(seen) results") }
            shown += min(seen, 1)
            if seen == 0 { missing += 1 }
            result(deed, rows[key] ?? [], isShown: seen > 0)
        }
        count("recordings", recordings.count)
        count("calls", evidence.storedCalls.count)
        count("results shown", shown)
        count("results missing and told to be ready", missing)
        if evidence.storedCalls.count != recordings.count {
            violate("\(recordings.count) recordings became \(evidence.storedCalls.count) calls")
        }
    }

    private func name(_ deed: Deed) -> String { "\(deed.recordingName ?? "") of chat \(deed.chat)" }

    private mutating func recording(_ deed: Deed, _ calls: [StoredCall]) {
        guard calls.count == 1, let call = calls.first else {
            return violate("\(name(deed)) became \(calls.count) calls")
        }
        if call.state != "done" { violate("the call of \(name(deed)) is \(call.state)") }
    }

    private mutating func result(_ deed: Deed, _ rows: [SentRow], isShown: Bool) {
        guard rows.count == 1, let row = rows.first else {
            return violate("\(name(deed)) has \(rows.count) rows of a result")
        }
        switch row.state {
        case "sent": if !isShown { violate("the result of \(name(deed)) is sent by \(row.name) and nobody has it") }
        case "ambiguous":
            let slot = SlotKey(chat: deed.chat, slot: "recording:\(deed.message ?? 0)")
            let progress = evidence.slots[slot].flatMap { evidence.messages[deed.chat]?[$0] }
            if progress?.hasPrefix(Said.ready) == true, let message = evidence.slots[slot] {
                offered.append((deed, message))
            } else {
                violate("the result of \(name(deed)) is ambiguous and its progress says «\(progress ?? "nothing")»")
            }
        default: violate("the result of \(name(deed)) is \(row.state)")
        }
    }

    // MARK: Nothing left over

    private mutating func endings() {
        for job in evidence.jobs { violate("job \(job.id) \(job.type) is \(job.state): \(job.error ?? "no error")") }
        for row in evidence.rows where !["sent", "ambiguous", "replaced"].contains(row.state) {
            violate("\(row.name) of chat \(row.chat) is \(row.state): \(row.error ?? "no error")")
        }
        count("jobs left", evidence.jobs.count)
        count("messages stuck", evidence.rows.count { $0.state == "pending" || $0.state == "sending" })
    }
}
