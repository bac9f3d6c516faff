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
            let person = try await world.person(path[1])
            let verb = path.count > 2 ? path[2] : ""
            if let json = try await isPost ? act(verb, person) : read(verb, person) { return .json(json) }
        } else if path.count == 1 {
            if let json = try await isPost ? control(path[0]) : overview(path[0]) { return .json(json) }
        }
        throw PersonFailure(404, "there is no \(isPost ? "POST" : "GET") /sandbox/\(path.joined(separator: "/"))")
    }

    private func act(_ verb: String, _ person: Person) async throws -> JSON? {
        switch verb {
        case "text": return try await world.writeText(person, parameters)
        case "contact": return try await world.shareContact(person, parameters)
        case "file": return try await world.sendFile(person, parameters)
        case "edit": return try await world.editText(person, parameters)
        case "block": return try await world.setBlocked(true, person, parameters)
        case "unblock": return try await world.setBlocked(false, person, parameters)
        case "reaction": throw PersonFailure("the sandbox has no reactions yet")
        case "press":
            guard let data = parameters.string("callback_data"), let message = parameters.int("message_id") else {
                throw PersonFailure("message_id and callback_data are needed")
            }
            return try await world.press(data, on: message, in: world.dialog(of: person, parameters))
        default: return nil
        }
    }

    private func read(_ verb: String, _ person: Person) async throws -> JSON? {
        switch verb {
        case "": try await world.chatState(person, parameters)
        case "messages": try await world.messages(person, parameters)
        case "events": try await world.events(person, parameters)
        default: nil
        }
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
        case "groups": throw PersonFailure(World.noGroups)
        default: return nil
        }
    }

    private func overview(_ name: String) async throws -> JSON? {
        switch name {
        case "users": await world.persons()
        case "bots": await world.bots()
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
