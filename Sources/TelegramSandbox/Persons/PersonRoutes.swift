import Foundation
import Hummingbird

/// The person's side over HTTP, and what a developer asks of the sandbox.
struct PersonRoutes {
    let world: World
    let parameters: Parameters
    let range: String?

    /// Answers a path, of which `/sandbox` has been taken off.
    func answer(_ path: [String], isPost: Bool) async throws -> Response {
        if path.count == 2, path[0] == "files", !isPost { return try await file(path[1]) }
        if path.first == "chats", path.count <= 3, path.count > 1 {
            let verb = path.count > 2 ? path[2] : ""
            if let json = try await isPost ? act(verb, in: path[1]) : read(verb, in: path[1]) { return .json(json) }
        } else if path.first == "groups", path.count == 2 || path.count == 3 {
            let verb = path.count > 2 ? path[2] : ""
            if let json = try await isPost ? changeGroup(path[1], verb) : showGroup(path[1], verb) {
                return .json(json)
            }
        } else if path.count == 1 {
            if let json = try await isPost ? control(path[0]) : overview(path[0]) { return .json(json) }
        }
        throw PersonFailure(404, "there is no \(isPost ? "POST" : "GET") /sandbox/\(path.joined(separator: "/"))")
    }

    private func act(_ verb: String, in chat: String) async throws -> JSON? {
        guard ["text", "contact", "file", "edit", "block", "unblock", "reaction", "press"].contains(verb) else {
            return nil
        }
        let place = try await world.place(chat, parameters)
        switch verb {
        case "text": return try await world.writeText(place, parameters)
        case "contact": return try await world.shareContact(place, parameters)
        case "file": return try await world.sendFile(place, parameters)
        case "edit": return try await world.editText(place, parameters)
        case "reaction": return try await world.react(place, parameters)
        case "block", "unblock": return try await world.setBlocked(verb == "block", place)
        default:
            guard let data = parameters.string("callback_data"), let message = parameters.int("message_id") else {
                throw PersonFailure("message_id and callback_data are needed")
            }
            return try await world.press(data, on: message, in: place)
        }
    }

    private func read(_ verb: String, in chat: String) async throws -> JSON? {
        guard ["", "messages", "events"].contains(verb) else { return nil }
        let dialog = try await world.dialog(chat, parameters)
        return switch verb {
        case "": try await world.chatState(in: dialog, parameters)
        case "messages": try await world.messages(in: dialog, parameters)
        default: try await world.events(in: dialog, parameters)
        }
    }

    private func changeGroup(_ group: String, _ verb: String) async throws -> JSON? {
        switch verb {
        case "members": try await world.setMember(group, parameters)
        case "title": try await world.renameGroup(group, parameters)
        case "upgrade": try await world.upgradeGroup(group)
        default: nil
        }
    }

    private func showGroup(_ group: String, _ verb: String) async throws -> JSON? {
        verb.isEmpty ? try await world.overview(world.group(group)) : nil
    }

    private func control(_ name: String) async throws -> JSON? {
        switch name {
        case "users": return try await world.createPerson(parameters)
        case "bots": return try await world.createBot(parameters)
        case "faults":
            return try await parameters.bool("clear") ? world.clearFaults() : world.planFault(parameters)
        case "limits": return try await world.setLimits(parameters)
        case "jump": return try await world.jump(parameters)
        case "reset":
            try await world.reset(keepingBots: parameters.bool("keep_bots"))
            return ["reset": true]
        case "groups": return try await world.createGroup(parameters)
        case "privacy": return try await world.setPrivacy(parameters)
        default: return nil
        }
    }

    private func overview(_ name: String) async throws -> JSON? {
        switch name {
        case "users": await world.persons()
        case "bots": await world.bots()
        case "groups": await world.groups()
        case "faults": await world.plannedFaults()
        case "log": await world.calls(parameters)
        default: nil
        }
    }

    private func file(_ id: String) async throws -> Response {
        let (file, facts) = try await world.sentFile(id)
        var response = try fileResponse(file, mime: facts.mime, range: range)
        let isShown = facts.mime.map { $0.hasPrefix("audio/") || $0.hasPrefix("image/") || $0.hasPrefix("video/") }
        // RFC 6266 and 8187: names with letters beyond ASCII are percent-encoded.
        let name = facts.name ?? "\(facts.kind.rawValue).\(fileExtension(facts.path))"
        let encoded = name.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "file"
        let disposition = isShown == true && !parameters.bool("download") ? "inline" : "attachment"
        response.headers[.contentDisposition] = "\(disposition); filename*=UTF-8''\(encoded)"
        return response
    }
}
