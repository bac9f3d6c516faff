public import Database
public import HTTP
public import Jobs
public import Kernel
public import Telegram

/// The bots with their tokens: nobody else seals one or opens it.
public struct BotFleet: Sendable {
    private let bots: Bots
    private let http: HTTPClient
    private let secretKey: SecretKey
    private let address: String

    /// `address` is where the Bot API is, without `/bot`.
    public init(database: Database, http: HTTPClient, secretKey: SecretKey, address: String) {
        bots = Bots(database: database)
        self.http = http
        self.secretKey = secretKey
        self.address = address
    }

    /// Asks Telegram whose token it is, and stores the bot: shared without a company, else that company's own.
    public func add(_ token: BotToken, for tenant: TenantID?) async throws -> String {
        let username = try await username(of: token)
        guard try await bots.put(token.botID, for: tenant, username: username, sealedToken: sealed(token)) else {
            throw BotRefusal.servesOthers
        }
        return username
    }

    /// The bot's name; a token that Telegram does not know is refused.
    func username(of token: BotToken) async throws -> String {
        do {
            return try await client(token).call(GetMe()).username ?? "\(token.userID)"
        } catch let fault as TelegramFault where fault.isBadToken {
            throw BotRefusal.unknownToken
        }
    }

    /// Puts the shared bot of the settings there, or its new token in place of the old.
    ///
    /// Without an answer of Telegram it is stored without its name, and the loop finds out. A bot that a person has
    /// stopped stays so.
    func install(_ token: BotToken, noting: (TelegramFault) -> Void) async throws {
        if let stored = try await bots.find(token.botID), stored.tenant == nil, isSame(token, stored) {
            if stored.stopped != nil, !stored.isStoppedByHand { _ = try await bots.resume(stored.id) }
            if stored.username != nil { return }
        }
        var username: String?
        do {
            username = try await client(token).call(GetMe()).username
        } catch let fault as TelegramFault {
            noting(fault)
        }
        guard try await bots.put(token.botID, for: nil, username: username, sealedToken: sealed(token)) else {
            throw BotRefusal.servesOthers
        }
    }

    /// A door to Telegram for a bot by its number.
    public func client(of id: BotID) async throws -> TelegramClient {
        guard let stored = try await bots.find(id) else { throw BotFault.unknown(id) }
        return try client(stored)
    }

    public func client(_ stored: StoredBot) throws -> TelegramClient { client(try token(of: stored)) }

    /// The token as it is stored.
    func sealed(_ token: BotToken) -> [UInt8] {
        secretKey.seal(Array(token.secretText.utf8), purpose: Self.purpose(token.botID))
    }

    private func isSame(_ token: BotToken, _ stored: StoredBot) -> Bool {
        do { return try self.token(of: stored) == token } catch { return false }
    }

    private func token(of stored: StoredBot) throws -> BotToken {
        let opened = try secretKey.open(stored.sealedToken, purpose: Self.purpose(stored.id))
        guard let token = BotToken(String(decoding: opened, as: UTF8.self)) else {
            throw BotFault.unreadableToken
        }
        return token
    }

    private func client(_ token: BotToken) -> TelegramClient {
        TelegramClient(http: http, token: token, address: address)
    }

    private static func purpose(_ bot: BotID) -> String { "bot \(bot)" }
}

extension BotToken {
    var botID: BotID { BotID(userID) }
}

/// Why a bot is not taken.
public enum BotRefusal: Refusal, Equatable {
    /// Telegram knows no bot of this token.
    case unknownToken
    /// It is here already, shared or as another company's own.
    case servesOthers
    /// The company has one that runs; its name.
    case another(String)

    public func sentence(in language: Language) -> String {
        switch self {
        case .unknownToken:
            Wording(
                ru: "Telegram не знает такого токена. Проверьте, что он скопирован у @BotFather целиком.",
                en: "Telegram does not know this token. Check that all of it was copied from @BotFather.",
                kk: "Telegram мұндай токенді білмейді. Оның @BotFather-ден толық көшірілгенін тексеріңіз."
            )(language)
        case .servesOthers:
            Wording(
                ru: "Этот бот здесь уже подключён и служит не этой компании.",
                en: "This bot is connected here already and serves somebody other than this company.",
                kk: "Бұл бот мұнда қосылып қойған және бұл компанияға қызмет етпейді."
            )(language)
        case .another(let name):
            Wording(
                ru: "У компании уже есть свой бот: \(name). Чтобы подключить другой, остановите его: /bot.",
                en: "The company has a bot of its own already: \(name). To connect another, stop it: /bot.",
                kk: "Компанияның өз боты бар: \(name). Басқасын қосу үшін оны тоқтатыңыз: /bot."
            )(language)
        }
    }
}

enum BotFault: Fault, Equatable {
    case unknown(BotID)
    case unreadableToken

    var isPassing: Bool { false }

    var description: String {
        switch self {
        case .unknown(let id): "bot \(id) is not stored here"
        case .unreadableToken: "a stored bot token is not one"
        }
    }
}
