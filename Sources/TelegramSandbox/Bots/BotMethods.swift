/// Which function answers which method; nil for a method that the sandbox does not have.
extension World {
    func run(_ call: BotCall) async throws -> JSON {
        if call.method == "getupdates" { return try await updates(call) }
        if let result = try settings(call) ?? sending(call) ?? changing(call) ?? chats(call) { return result }
        guard Self.otherMethods.contains(call.method) else {
            throw BotFailure(code: 404, description: "Not Found: method not found")
        }
        throw BotFailure.badRequest("the method is not supported by the sandbox")
    }

    private func settings(_ call: BotCall) throws -> JSON? {
        switch call.method {
        case "getme": try me(call)
        case "setwebhook": try setWebhook(call)
        case "deletewebhook": try deleteWebhook(call)
        case "getwebhookinfo": try webhookInfo(call)
        case "setmycommands": try setCommands(call)
        case "getmycommands": try commands(call)
        case "deletemycommands": try deleteCommands(call)
        case "setchatmenubutton": try setMenuButton(call)
        case "getchatmenubutton": try menuButton(call)
        case "setmyname": try setProfile("name", call)
        case "getmyname": try profile("name", call)
        case "setmydescription": try setProfile("description", call)
        case "getmydescription": try profile("description", call)
        case "setmyshortdescription": try setProfile("short_description", call)
        case "getmyshortdescription": try profile("short_description", call)
        case "getuserprofilephotos": try profilePhotos(call)
        case "logout", "close": true
        default: nil
        }
    }

    private func sending(_ call: BotCall) throws -> JSON? {
        switch call.method {
        case "sendmessage": try sendMessage(call)
        case "sendphoto": try sendFile(call, as: .photo)
        case "senddocument": try sendFile(call, as: .document)
        case "sendaudio": try sendFile(call, as: .audio)
        case "sendvoice": try sendFile(call, as: .voice)
        case "sendvideo": try sendFile(call, as: .video)
        case "sendmediagroup": try sendMediaGroup(call)
        case "sendlocation": try sendLocation(call)
        case "sendvenue": try sendVenue(call)
        case "sendcontact": try sendContact(call)
        case "senddice": try sendDice(call)
        case "sendpoll": try sendPoll(call)
        case "copymessage": try copyMessage(call)
        case "copymessages": try repeatMessages(call, isForward: false)
        case "forwardmessage": try forwardMessage(call)
        case "forwardmessages": try repeatMessages(call, isForward: true)
        case "sendchataction": try sendChatAction(call)
        default: nil
        }
    }

    private func changing(_ call: BotCall) throws -> JSON? {
        switch call.method {
        case "editmessagetext": try editText(call)
        case "editmessagecaption": try editCaption(call)
        case "editmessagemedia": try editMedia(call)
        case "editmessagereplymarkup": try editMarkup(call)
        case "stoppoll": try stopPoll(call)
        case "deletemessage": try deleteMessage(call)
        case "deletemessages": try deleteMessages(call)
        case "setmessagereaction": try setReaction(call)
        case "pinchatmessage": try pin(call)
        case "unpinchatmessage": try unpin(call)
        case "unpinallchatmessages": try unpinAll(call)
        case "answercallbackquery": try answerCallbackQuery(call)
        default: nil
        }
    }

    private func chats(_ call: BotCall) throws -> JSON? {
        switch call.method {
        case "getfile": try file(call)
        case "getchat": try chat(call)
        case "getchatmember": try chatMember(call)
        case "getchatadministrators": try administrators(call)
        case "getchatmembercount", "getchatmemberscount": try memberCount(call)
        case "leavechat": try leaveChat(call)
        case "banchatmember", "kickchatmember": try setBanned(true, call)
        case "unbanchatmember": try setBanned(false, call)
        case "setchattitle": try setTitle(call)
        case "setchatdescription": try setAbout(call)
        default: nil
        }
    }

    /// Methods that Telegram has and the sandbox has not, so that its refusal says which of the two it is.
    private static let otherMethods: Set<String> = Set(
        """
        addstickertoset answerguestquery answerinlinequery answerprecheckoutquery
        answershippingquery answerwebappquery approvechatjoinrequest approvesuggestedpost banchatsenderchat
        closeforumtopic closegeneralforumtopic convertgifttostars createchatinvitelink
        createchatsubscriptioninvitelink createforumtopic createinvoicelink createnewstickerset
        declinechatjoinrequest declinesuggestedpost deleteallmessagereactions deletebusinessmessages
        deletechatphoto deletechatstickerset deleteforumtopic deletemessagereaction deletestickerfromset
        deletestickerset deletestory editchatinvitelink editchatsubscriptioninvitelink editforumtopic
        editgeneralforumtopic editmessagechecklist editmessagelivelocation editstory edituserstarsubscription
        exportchatinvitelink getavailablegifts getbusinessaccountgifts getbusinessaccountstarbalance
        getbusinessconnection getchatgifts getcustomemojistickers getforumtopiciconstickers getgamehighscores
        getmanagedbottoken getmydefaultadministratorrights getmystarbalance getstartransactions getstickerset
        getuserchatboosts getusergifts getuserprofileaudios giftpremiumsubscription hidegeneralforumtopic
        poststory promotechatmember readbusinessmessage refundstarpayment removebusinessaccountprofilephoto
        removechatverification removemyprofilephoto removeuserverification reopenforumtopic reopengeneralforumtopic
        replacestickerinset repoststory restrictchatmember revokechatinvitelink savepreparedinlinemessage
        savepreparedkeyboardbutton sendanimation sendchecklist sendgame sendgift sendinvoice sendlivephoto
        sendmessagedraft sendpaidmedia sendsticker sendvideonote setbusinessaccountbio
        setbusinessaccountgiftsettings setbusinessaccountname setbusinessaccountprofilephoto
        setbusinessaccountusername setchatadministratorcustomtitle setchatmembertag setchatpermissions setchatphoto
        setchatstickerset setcustomemojistickersetthumbnail setgamescore setmydefaultadministratorrights
        setmyprofilephoto setpassportdataerrors setstickeremojilist setstickerkeywords setstickermaskposition
        setstickerpositioninset setstickersetthumbnail setstickersettitle setuseremojistatus
        stopmessagelivelocation transferbusinessaccountstars transfergift unbanchatsenderchat
        unhidegeneralforumtopic unpinallforumtopicmessages unpinallgeneralforumtopicmessages upgradegift
        uploadstickerfile verifychat verifyuser
        """.split(whereSeparator: \.isWhitespace).map { String($0) }
    )
}
