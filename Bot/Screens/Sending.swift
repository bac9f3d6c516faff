import Accounts
import Calls
import Database
import Foundation
import Jobs
import Kernel
import Telegram

/// Screens as messages of the outbox.
extension Screen {
    /// `replyTo` is the person's message that this one points at, while it is there.
    func message(
        to place: ChatPlace,
        rank: OutgoingRank,
        slot: String? = nil,
        replyTo: Int64? = nil,
        ifAmbiguous: (slot: String, screen: Screen)? = nil
    ) throws -> OutgoingMessage {
        OutgoingMessage(
            bot: place.bot,
            chat: place.chat,
            rank: rank,
            slot: slot,
            body: try body(chat: place.chat, replyTo: replyTo),
            ifAmbiguous: try ifAmbiguous.map { try $0.screen.body(chat: place.chat) },
            ambiguousSlot: ifAmbiguous?.slot
        )
    }

    /// The message that a slot shows by now; should it be the first of the slot, it points at the person's own.
    func message(of origin: CallOrigin, rank: OutgoingRank) throws -> OutgoingMessage {
        try message(to: origin.place, rank: rank, slot: origin.namedSlot, replyTo: origin.message)
    }

    /// A change of a message of ours by its number.
    func edit(of message: Int64, in place: ChatPlace) throws -> OutgoingMessage {
        let method = EditMessageText(
            chatID: place.chat,
            messageID: message,
            text: text.html.text,
            parseMode: .html,
            linkPreviewOptions: LinkPreviewOptions(isDisabled: true),
            replyMarkup: buttons.isEmpty ? nil : keyboard
        )
        return OutgoingMessage(bot: place.bot, chat: place.chat, rank: .reply, body: try OutgoingBody(method))
    }

    /// Takes a message of a person or of ours out of the chat.
    static func deletion(of message: Int64, in place: ChatPlace) throws -> OutgoingMessage {
        let method = DeleteMessage(chatID: place.chat, messageID: message)
        return OutgoingMessage(bot: place.bot, chat: place.chat, rank: .reply, body: try OutgoingBody(method))
    }

    private func body(chat: Int64, replyTo: Int64? = nil) throws -> OutgoingBody {
        try OutgoingBody(
            SendMessage(
                chatID: chat,
                text: text.html.text,
                parseMode: .html,
                linkPreviewOptions: LinkPreviewOptions(isDisabled: true),
                replyParameters: replyTo.map { ReplyParameters(messageID: $0, allowSendingWithoutReply: true) },
                replyMarkup: buttons.isEmpty ? nil : .inline(keyboard)
            )
        )
    }

    private var keyboard: InlineKeyboardMarkup {
        InlineKeyboardMarkup(
            inlineKeyboard: buttons.map { row in
                row.map { button in
                    switch button {
                    case .press(let text, let press): InlineKeyboardButton(text: text, callbackData: press.data)
                    case .open(let text, let address): InlineKeyboardButton(text: text, url: address)
                    }
                }
            }
        )
    }
}

extension OutgoingBody {
    init<Method: TelegramMethod>(_ method: Method) throws {
        self.init(
            method: Method.name,
            parameters: String(decoding: try method.parameters(), as: UTF8.self),
            file: method.upload.map { OutgoingFile(field: $0.field, name: $0.name, mime: $0.type, bytes: $0.bytes) }
        )
    }
}
