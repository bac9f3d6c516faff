import Accounts
import Calls
import Jobs
import Kernel

/// What follows when a member of a company does something.
enum MemberFront {
    static func decide(_ event: Event, _ visitor: Visitor, _ membership: Membership) -> Decision {
        let language = visitor.language
        switch event {
        case .command(let name): return command(name, visitor, membership)
        case .press(let press, let message): return pressed(press, message, visitor, membership)
        case .text(let text): return ask(text, visitor, membership)
        case .recording(let file): return received(file, visitor, membership)
        case .video: return .platform(.say(Screen(RecordingTexts.video(language))))
        case .otherMedia: return .platform(.say(Screen(RecordingTexts.notARecording(language))))
        case .blocked, .group, .token: return Decision(.platform, [])
        }
    }

    private static func command(_ name: String, _ visitor: Visitor, _ membership: Membership) -> Decision {
        let language = visitor.language
        switch name {
        case "start":
            let company = membership.companyName
            return .platform(.say(MenuScreens.greeting(visitor.presence.firstName, company: company, language)))
        case "menu": return .platform(.say(MenuScreens.menu(company: membership.companyName, language)))
        case "help": return .platform(.say(MenuScreens.help(language)))
        case "panel": return .platform(.sendPanelLink(nil))
        case "digest": return digest(visitor, membership)
        case "bot": return OwnBotFlow.asked(visitor, membership)
        case "cancel": return .platform(.say(Screen(MenuTexts.nothingToCancel(language))))
        default: return .platform(.say(Screen(MenuTexts.unknownCommand(language))))
        }
    }

    private static func pressed(
        _ press: Press?,
        _ message: Int64?,
        _ visitor: Visitor,
        _ membership: Membership
    ) -> Decision {
        let language = visitor.language
        let tenant = InboxRoute.tenant(membership.tenant)
        switch press {
        case .menu: return .platform(.say(MenuScreens.menu(company: membership.companyName, language)))
        case .howToSend: return .platform(.say(MenuScreens.howToSend(language)))
        case .howToAsk: return .platform(.say(MenuScreens.howToAsk(language)))
        case .digest: return digest(visitor, membership)
        case .panel: return .platform(.sendPanelLink(nil))
        case .openCall(let token): return .platform(.sendPanelLink(token))
        case .digestTimes: return .platform(.say(MenuScreens.digestTimes(visitor.digestTime ?? "", language)))
        case .digestTime(let text): return setDigestTime(text, message, visitor, membership)
        case .example(let number):
            guard MenuTexts.examples.indices.contains(number) else { return Front.deadButton(visitor) }
            return ask(MenuTexts.examples[number](language), visitor, membership)
        case .clip(let token): return Decision(tenant, [.sendClip(token)])
        case .transcript(let token): return Decision(tenant, [.sendTranscript(token)])
        case .stopBot(let bot): return OwnBotFlow.pressed(bot, isToRun: false, message, visitor, membership)
        case .resumeBot(let bot): return OwnBotFlow.pressed(bot, isToRun: true, message, visitor, membership)
        case .resultAgain(let token): return Decision(tenant, [.sendResult(token)])
        // A zone is chosen once, while the company is registered; a language was handled before.
        case .zone, .language, .languages, nil: return Front.deadButton(visitor)
        }
    }

    private static func ask(_ text: String, _ visitor: Visitor, _ membership: Membership) -> Decision {
        guard text.count <= QuestionRefusal.longest else {
            return .platform(.say(Screen(QuestionRefusal.tooLong.sentence(in: visitor.language))))
        }
        let slot = AnswerScreens.slot(message: key(visitor))
        return Decision(
            .tenant(membership.tenant),
            [.say(AnswerScreens.searching(visitor.language), slot: slot), .ask(text, slot: slot)]
        )
    }

    private static func received(
        _ file: IncomingRecording,
        _ visitor: Visitor,
        _ membership: Membership
    ) -> Decision {
        let language = visitor.language
        // What Telegram says of the size is enough to refuse at once; a size it does not say is met at the download.
        if let size = file.byteCount, size > RecordingLimits.downloadBytes {
            return .platform(.say(Screen(RecordingTexts.tooLarge(RecordingLimits.downloadMegabytes)(language))))
        }
        let slot = ProgressScreens.slot(message: key(visitor))
        return Decision(
            .tenant(membership.tenant),
            [.say(ProgressScreens.received(language), slot: slot), .fetch(file, slot: slot)]
        )
    }

    private static func digest(_ visitor: Visitor, _ membership: Membership) -> Decision {
        let slot = "digest:\(Self.key(visitor))"
        return Decision(
            .tenant(membership.tenant),
            [.say(Screen(DigestTexts.counting(visitor.language)), slot: slot), .makeDigest(slot: slot)]
        )
    }

    private static func setDigestTime(
        _ text: String,
        _ message: Int64?,
        _ visitor: Visitor,
        _ membership: Membership
    ) -> Decision {
        let language = visitor.language
        guard let time = LocalTime(text: text), let zone = visitor.zone else { return Front.deadButton(visitor) }
        guard membership.role == .owner else {
            return Decision(.platform, [], notice: MenuTexts.notAnOwner(language))
        }
        let confirmation = MenuTexts.digestTimeSet(time.description, Cities.name(of: zone, language))(language)
        var effects: [Effect] = [.setDigestTime(time)]
        if let message {
            effects.append(.edit(MenuScreens.digestTimes(time.description, language), message: message))
        }
        effects.append(.say(Screen(confirmation)))
        return Decision(.platform, effects)
    }

    /// What a slot is named after: the person's message, or for a press its update, as a button may be pressed often.
    private static func key(_ visitor: Visitor) -> Int64 { visitor.message ?? -visitor.update }
}
