import Core

/// The names of services whose keys have no format of their own, and the words behind which values stand that are none.
struct ProviderWords: Sendable {
    /// What a word is.
    enum Provider: UInt8 {
        case none
        /// A name that stands for other things too: a word that tells of a secret must follow.
        case common
        /// A name that stands for nothing else.
        case distinct
    }

    private struct Slot {
        var word: [UInt8] = []
        var provider = Provider.none
        var isHarmless = false
    }

    private var slots: [Slot]
    private let mask: Int

    init() {
        var table: [String: (Provider, Bool)] = [:]
        for word in Self.common.split(separator: " ") { table[String(word)] = (.common, false) }
        for word in Self.distinct.split(separator: " ") { table[String(word)] = (.distinct, false) }
        for word in Self.harmless.split(separator: " ") { table[String(word)] = (.none, true) }
        mask = 4_095
        slots = [Slot](repeating: Slot(), count: mask + 1)
        for (word, (provider, isHarmless)) in table {
            let bytes = Array(word.utf8)
            var at = Self.hash(bytes.span) & mask
            while !slots[at].word.isEmpty { at = (at + 1) & mask }
            slots[at] = Slot(word: bytes, provider: provider, isHarmless: isHarmless)
        }
    }

    /// Whether a word of lower-case letters and digits is the name of a service; the words `key`, `api`, `token` may have grown to it.
    func provider(_ word: Span<UInt8>) -> Provider {
        if let slot = find(word) { return slot.provider }
        for ending in Self.endings {
            let count = ending.utf8CodeUnitCount
            guard word.count > count + 2, ASCII.equals(word.extracting((word.count - count)...), ending) else { continue }
            return find(word.extracting(0..<word.count - count))?.provider ?? .none
        }
        return .none
    }

    /// Whether what stands behind the word is an identifier, a digest or public.
    func isHarmless(_ word: Span<UInt8>) -> Bool { find(word)?.isHarmless ?? false }

    private func find(_ word: Span<UInt8>) -> Slot? {
        var at = Self.hash(word) & mask
        while !slots[at].word.isEmpty {
            let slot = slots[at]
            var same = slot.word.count == word.count
            var place = 0
            while same, place < word.count {
                same = slot.word[place] == word[place]
                place += 1
            }
            if same { return slot }
            at = (at + 1) & mask
        }
        return nil
    }

    private static func hash(_ word: Span<UInt8>) -> Int {
        var hash: UInt32 = 2_166_136_261
        for at in 0..<word.count { hash = (hash ^ UInt32(word[at])) &* 16_777_619 }
        return Int(hash ^ hash >> 15)
    }

    private static let endings: [StaticString] = ["secret", "token", "api", "key", "io", "app"]

    private static let harmless = """
        id ids uuid guid sha sha1 sha256 sha384 sha512 md5 hash hashes digest etag checksum fingerprint thumbprint commit revision \
        rev ref tag image layer blob object version build release run job trace span request session cluster node pod container \
        namespace account user username name email url uri host domain path file bucket region zone project org organization tenant \
        client integrity nonce salt cursor page etags serial number sum crc signature public publishable cache query execution batch \
        upload etl event message invoice order
        """

    private static let distinct = """
        1password abuseipdb accuweather adafruit adafruitio adobeio adzuna aeroworkflow aikido airbrake airship airtable airvisual \
        aiven alchemy alconost alegra aletheia algolia alibaba alienvault allsports amadeus ambee anypoint apacta api2cart apideck \
        apiflash apifonica apify apilayer apimatic apimetrics apitemplate appcues appfollow appointedd appoptics appsynergy apptivo \
        artsy asaas assemblyai atera audd authress autodesk autoklose autopilot avaza aviationstack axonaut aylien ayrshare \
        azuredevops azureentra azureopenai azuresearch azurestorage bannerbear baremetrics beamer beebole besnappy besttime \
        betterstack billomat bitbar bitcoinaverage bitfinex bitmex bitrise bittrex blazemeter blocknative blogger blynk bombbomb \
        boostnote borgbase braintrust brandfetch browserstack browshot bscscan buddyns budibase bugherd bugsnag bulbul bulksms \
        buttercms caflou calendarific calendly calorieninja campayn capsulecrm captaindata carboninterface caspio censys \
        centralstationcrm cerebras chartmogul chatfuel chatfule checio checklyhq checkvist cicero civo clarifai clearbit clickhelp \
        clicksendsms clickup cliengo clientary clinchpad clockify clockworksms clojars closecrm cloudconvert cloudelements \
        cloudimage cloudinary cloudmersive cloudplan cloudsight cloudsmith cloverly cloze clustdoc cockroachlabs codacy codeclimate \
        codecov codemagic codequiry coinapi coinbase coinlayer coinlib collect2 commercejs companyhub configcat contentful \
        convertkit convier countrylayer courier coveralls craftmypdf crowdin cryptocompare currencycloud currencyfreaks \
        currencylayer currencyscoop customerguru customerio d7network dailyco dandelion dareboost databento databox debounce deepai \
        deepgram deepseek dependencytrack detectify detectlanguage devcycle devin dfuse diffbot diggernaut discord disqus dnscheck \
        docparser documo doppler dotdigital dovico dronahq droneci duffel duply dwolla dyspatch eagleeyenetworks easyinsight \
        easypost ecostruxureit edamam eightxeight elasticemail elevenlabs enablex endorlabs etherscan ethplorer eventbrite everhour \
        exoscale exportsdk faceplusplus fastforex feedier fetchrss fibery finage findl finicity finnhub fixerio fleetbase flexport \
        flickr flightapi flowflu flutterwave flyio fmfw formbucket formcraft formio formsite foursquare freemius freshbooks \
        freshdesk fulcrum fullstory fxmarket geckoboard gengo geoapify geocodify geocodio geoipifi getemails getgeo getgist \
        getresponse getsandbox gitter glassnode gocanvas gocardless godaddy goodday graphhopper greptile groovehq gtmetrix gumroad \
        gyazo happyscribe hasura hellosign helpcrunch helpscout highnote hybiscus hypertrack iconfinder iexapis iexcloud imagekit \
        imagga infomaniak infracost infura insightly instabot instamojo interseller intrinio invoiceocean ip2location ipgeolocation \
        ipinfo ipinfodb ipquality ipstack jotform jumpcloud jupiterone juro karmacrm keenio kickbox klaviyo klipfolio knapsackpro \
        kraken kucoin kylas langfuse langsmith languagelayer larksuite launchdarkly leadfeeder lemlist lemonsqueezy lendflow \
        lessannoyingcrm lexigram lichess lighton linkpreview liveagent livestorm loadmill locationiq loggly loginradius logzio \
        lokalise loyverse lunchmoney luno madkudu magicbell mailboxlayer mailerlite mailersend mailmodo mailsac mandrill mapbox \
        mapquest marketstack mattermost maxmind meaningcloud mediastack meistertask mergify mesibo messagebird metrilo \
        microsoftteams midtrans mindmeister minimax miro mixmax mockaroo monkeylearn moonclerk moosend moralis mrticktock \
        myfreshworks myintervals nethunt netsuite neutrino newscatcher nexmo nftport ngrok nicereply nightfall nozbeteams numverify \
        nutritionix nylas nytimes oanda octopusdeploy ollama omnisend onepagecrm onesignal onfido onfleet oopspam opencagedata \
        openrouter openuv openweather optimizely overloop owlbot packagecloud pagarme pandadoc pandascore paperform paralleldots \
        parsehub parseur particleio partnerstack pastebin paydirt paydirtapp paymo paymongo paystack pdflayer pdfshift \
        peopledatalabs pepipost photoroom pinata pinecone pinterest pipedream pipedrive pivotaltracker pixabay plaid planetscale \
        planviewleankit planyo plivo poloniex polymarket portainer positionstack posthog postmark powrbot prodpad prospectcrm \
        protocolsio proxycrawl pubnub purestake pushbullet pusherchannel qase qualaroo qubole rapidapi rawg razorpay reachmail \
        reallysimplesystems rebrandly recaptcha redhatpyxis rentman repairshopr replyio requestfinance restpack revampcrm \
        ringcentral ritekit robinhoodcrypto rocketreach rockset rootly route4me rownd runpod runrunit saladcloud salesblink \
        salescookie salesflare salesmate samsara satismeter saucelabs scaleway scalingo scalr scrapeowl scrapestack scrapfly \
        scrapingant scrapingbee screenshotlayer scrutinizerci securitytrails selectpdf sendbird sendinblue serphouse serpstack \
        settlemint sheety sherpadesk shipday shippo shodan shotstack shutterstock signalwire signaturit signupgenius sigopt simfin \
        simplesat simplynoted simvoly sinchmessage sirv siteleaf skrapp skrappio skybiometry smartsheets smartystreets smooch \
        snipcart snyk solarwindsobservability sonarcloud sourcegraph sourcegraphcody sparkpost spectralops speechtext speechtextai \
        splunkobservability spoonacular sportsmonk squarespace squareup sslmate statuscake statuspage statuspal stitchdata stockdata \
        storecove stormboard stormglass storyblok storychief strava stytch sugester sumologic supabase supernotes surveyanyplace \
        surveybot surveysparrow survicate swiftype tailscale tatumio taxjar teamworkcrm teamworkdesk teamworkspaces tefter telegram \
        telnyx testingbot textmagic theodds theoddsapi thingsboard thinkific thousandeyes thunderstore ticketmaster tickettailor \
        tiingo timecamp tineswebhook tmetric todoist togetherai toggltrack tokeet tomorrowio tomtom transferwise travelpayouts \
        truenas twelvedata twitch tyntec typeform typetalk ubidots uclassify unplugg unsplash upcdatabase upcloud uplead uploadcare \
        uptimerobot upwave urlscan vatlayer vbout verimail veriphone versioneye viewneo virustotal visualcrossing voiceflow \
        voicegain voodoosms vouchery vyte wakatime weatherbit weatherstack webflow websitepulse weightsandbiases wepay whoxy wistia \
        workato workos worksnaps worldcoinindex wrike yandex yousign zenkit zenrows zenscrape zenserp zeplin zerobounce zerotier \
        zipbooks zipcodebase zohocrm zonkafeedback zulipchat zuplo
        """

    private static let common = """
        pulumi buildkite circleci travisci gitea hashicorp openshift adobe airbyte airflow akamai amplitude anthropic apollo \
        artifactory asana astronomer atlassian auth0 aws azure bitbucket bitly box canva cisco clickhouse close cloudflare coda \
        cohere coin collect column confluence confluent convert copper couchbase cursor dagster daily databricks datadog dbt \
        delighted deno digitalocean ditto docker dockerhub docusign dropbox dynatrace ebay elastic elasticsearch eraser etsy \
        facebook fastly figma fivetran flight float front gcp gemini github gitlab google grafana grok groq guardian guru harness \
        harvest heroku honeycomb hubspot huggingface humanity hunter ibm influxdb instagram intercom intra jenkins jfrog jira kafka \
        kanban kontent kubernetes langchain line linear linkedin linode looker mailchimp mailgun meraki mercury meta microsoft \
        mistral mite mixpanel monday mongodb mux nasdaq neon netlify newrelic notion npm nuget nvidia octopus okta onelogin openai \
        openvpn opsgenie paddle pagerduty paypal percy perplexity persona phrase podio polar polygon postage postman powerbi prefect \
        privacy prometheus proof prospect protocols pypi rabbitmq railway ramp rapid raven react readme redis redshift refiner \
        render replicate rubygems salesforce screenshot segment semaphore sendgrid sentry servicenow shopify shortcut signable slack \
        snowflake sonar sonarqube spark splitio splunk sportmonks spotify square stability streak stripe swell tableau teams \
        teamwork teletype temporal timezone toggl trello twilio twist twitter unplu userstack vault vercel vultr walkscore webex \
        weights wit workstack yelp youtube zendesk zoom
        """
}
